namespace AnomalyLine.Learning.Methods.Padim;

/// <summary>The catalogue's entry.</summary>
internal static class PadimDescriptor
{
    public static MethodDescriptor Entry { get; } = new(
        "padim", "Gaussian of features for each place",
        "Defard, Setkov, Loesch, Audigier: PaDiM: a patch distribution modeling framework for anomaly detection and localization, ICPR 2020",
        "Seconds to train, and a further good part is added in as little. Finds what is unusual for its place; wants parts in a fixed pose.",
        _ => 1,
        (o, backbone) => new PadimMethod((PadimOptions)o, backbone),
        new PadimOptions(),
        balanced: new PadimOptions { UnitLength = true, Epsilon = PadimOptions.UnitEpsilon },
        fast: new PadimOptions { UnitLength = true, Epsilon = PadimOptions.UnitEpsilon })
    {
        WritesOnnx = true,
    };
}
