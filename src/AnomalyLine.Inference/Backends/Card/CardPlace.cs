namespace AnomalyLine.Inference.Backends.Card;

/// <summary>A model's place on one of several cards: the one that has the fewest models when it is taken. Any thread.</summary>
internal sealed class CardPlace : IDisposable
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<int, int> s_models = [];
    private bool _isGivenBack;

    /// <param name="devices">Numbers of the cards, at least one.</param>
    public CardPlace(IReadOnlyList<int> devices)
    {
        lock (s_gate)
        {
            Device = devices.MinBy(device => s_models.GetValueOrDefault(device));
            s_models[Device] = s_models.GetValueOrDefault(Device) + 1;
        }
    }

    /// <summary>The card's number.</summary>
    public int Device { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (s_gate)
        {
            if (!_isGivenBack) s_models[Device]--;
            _isGivenBack = true;
        }
    }
}
