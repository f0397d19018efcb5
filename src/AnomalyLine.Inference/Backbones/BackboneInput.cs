using System.Globalization;

namespace AnomalyLine.Inference.Backbones;

/// <summary>What a backbone expects its pictures to be: for each of its three channels (value * 255 - mean) * scale.</summary>
/// <param name="IsBgr">Whether its channels are blue, green, red; else red, green, blue.</param>
/// <param name="Mean">Three means, in the order of the channels, on the scale 0..255.</param>
/// <param name="Scale">Three factors, in the order of the channels: 1 for a network that takes 0..255, 1/255 and the like for others.</param>
public sealed record BackboneInput(bool IsBgr, IReadOnlyList<float> Mean, IReadOnlyList<float> Scale)
{
    internal const string OrderKey = "order", MeanKey = "mean", ScaleKey = "scale";
    private const string Bgr = "bgr", Rgb = "rgb";

    /// <summary>From the words of a command line or of a file.</summary>
    /// <param name="order">"rgb" or "bgr".</param>
    /// <param name="mean">One number or three with commas between them.</param>
    /// <param name="scale">As <paramref name="mean"/>; none may be 0.</param>
    /// <exception cref="BackboneException">A word cannot be used.</exception>
    public static BackboneInput Parse(string order, string mean, string scale)
    {
        if (order is not (Bgr or Rgb)) throw new BackboneException($"The order of channels is '{order}'; it must be {Rgb} or {Bgr}.");
        var factors = Three("scale", scale);
        return factors.Contains(0) ? throw new BackboneException($"The scale is '{scale}'; it must not be 0.") : new BackboneInput(order == Bgr, Three("mean", mean), factors);
    }

    /// <summary>The words that <see cref="Parse"/> takes.</summary>
    internal IReadOnlyDictionary<string, string> ToWords() =>
        new Dictionary<string, string> { [OrderKey] = IsBgr ? Bgr : Rgb, [MeanKey] = Text(Mean), [ScaleKey] = Text(Scale) };

    private static string Text(IEnumerable<float> numbers) => string.Join(',', numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture)));

    private static float[] Three(string name, string text)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        var numbers = words.Select(w => float.TryParse(w, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : float.NaN).ToArray();
        if (numbers.Length is not (1 or 3) || !Array.TrueForAll(numbers, float.IsFinite))
            throw new BackboneException($"The {name} is '{text}'; it must be one number, or three with commas between them.");
        return numbers.Length == 3 ? numbers : [numbers[0], numbers[0], numbers[0]];
    }
}
