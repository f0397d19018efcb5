namespace AnomalyLine.Learning.Methods.Subspace;

/// <summary>The catalogue's entry.</summary>
internal static class SubspaceDescriptor
{
    public static MethodDescriptor Entry { get; } = new(
        "subspace", "Linear reconstruction of features",
        "Rippel, Mertens, Merhof: Modeling the distribution of normal data in pre-trained deep features for anomaly detection, ICPR 2020",
        "Seconds to train, fast to judge, the same twice. Finds texture and parts that normal ones never have; weak where the anomaly is a normal thing at a wrong place.",
        _ => 1,
        (o, backbone) => new SubspaceMethod((SubspaceOptions)o, backbone),
        new SubspaceOptions(),
        balanced: new SubspaceOptions { UnitLength = true },
        fast: new SubspaceOptions { UnitLength = true })
    {
        WritesOnnx = true,
    };
}
