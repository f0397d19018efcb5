namespace AnomalyLine.Learning.Methods.Patchcore;

/// <summary>The catalogue's entry.</summary>
internal static class PatchcoreDescriptor
{
    public static MethodDescriptor Entry { get; } = new(
        "patchcore", "Nearest neighbours of features in a memory",
        "Roth, Pemula, Zepeda, Schölkopf, Brox, Gehler: Towards total recall in industrial anomaly detection, CVPR 2022",
        "Seconds to train, and a further good part is added in as little. Finds what no normal part has anywhere, parts in any pose; misses normal things at a wrong place. Slower to judge than the others on features.",
        _ => 1,
        (o, backbone) => new PatchcoreMethod((PatchcoreOptions)o, backbone),
        new PatchcoreOptions(),
        balanced: new PatchcoreOptions { UnitLength = true },
        fast: new PatchcoreOptions { UnitLength = true, Memory = 2000 })
    {
        WritesOnnx = true,
    };
}
