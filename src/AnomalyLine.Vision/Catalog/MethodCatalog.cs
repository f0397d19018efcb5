using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Methods.Autoencoder;
using AnomalyLine.Vision.Methods.Draem;
using AnomalyLine.Vision.Methods.Fair;
using AnomalyLine.Vision.Methods.Intra;
using AnomalyLine.Vision.Methods.Memae;
using AnomalyLine.Vision.Methods.Mnad;
using AnomalyLine.Vision.Methods.Riad;
using AnomalyLine.Vision.Methods.Scadn;
using AnomalyLine.Vision.Methods.Smai;
using AnomalyLine.Vision.Methods.Subspace;
using AnomalyLine.Vision.Methods.Vae;

namespace AnomalyLine.Vision.Catalog;

/// <summary>All methods. A new one is a folder in Methods, with its descriptor, and a line here.</summary>
public static class MethodCatalog
{
    /// <summary>In the order in which people should see them.</summary>
    public static IReadOnlyList<MethodDescriptor> All { get; } =
    [
        SubspaceDescriptor.Entry,
        FairDescriptor.Entry,
        DraemDescriptor.Entry,
        RiadDescriptor.Entry,
        IntraDescriptor.Entry,
        SmaiDescriptor.Entry,
        ScadnDescriptor.Entry,
        MnadDescriptor.Entry,
        MemaeDescriptor.Entry,
        AutoencoderDescriptor.StructuralSimilarity,
        AutoencoderDescriptor.SquaredError,
        VaeDescriptor.Entry,
    ];

    /// <summary>The method of a name, or null.</summary>
    public static MethodDescriptor? Find(string name) => All.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.Ordinal));
}
