namespace AnomalyLine.Camera.Configuration;

/// <summary>The trigger of a GenICam camera.</summary>
internal sealed record TriggerSettings
{
    /// <summary>What triggers.</summary>
    public TriggerMode Mode { get; init; }

    /// <summary>What is triggered (<c>TriggerSelector</c>), such as FrameStart or LineStart.</summary>
    public string Selector { get; init; } = "FrameStart";

    /// <summary>The input (<c>TriggerSource</c>) of a hardware trigger, such as Line1.</summary>
    public string Source { get; init; } = "Line1";

    /// <summary>The edge or level (<c>TriggerActivation</c>) of a hardware trigger.</summary>
    public string Activation { get; init; } = "RisingEdge";

    /// <summary>Time from trigger to exposure (<c>TriggerDelay</c>), microseconds, 0..10 000 000; null leaves what the camera has.</summary>
    public double? DelayMicroseconds { get; init; }

    /// <summary>How long the input must be steady, microseconds, 0..1 000 000; null leaves what the camera has.</summary>
    public double? DebounceMicroseconds { get; init; }
}
