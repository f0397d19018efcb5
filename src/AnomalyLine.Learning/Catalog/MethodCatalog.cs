using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Methods.Autoencoder;
using AnomalyLine.Learning.Methods.Dinomaly;
using AnomalyLine.Learning.Methods.Draem;
using AnomalyLine.Learning.Methods.Fair;
using AnomalyLine.Learning.Methods.Intra;
using AnomalyLine.Learning.Methods.Memae;
using AnomalyLine.Learning.Methods.Mnad;
using AnomalyLine.Learning.Methods.Padim;
using AnomalyLine.Learning.Methods.Patchcore;
using AnomalyLine.Learning.Methods.ReverseDistillation;
using AnomalyLine.Learning.Methods.Riad;
using AnomalyLine.Learning.Methods.Scadn;
using AnomalyLine.Learning.Methods.Smai;
using AnomalyLine.Learning.Methods.Subspace;
using AnomalyLine.Learning.Methods.Vae;

namespace AnomalyLine.Learning.Catalog;

/// <summary>All methods. A new one is a folder in Methods, with its descriptor, and a line here.</summary>
public static class MethodCatalog
{
    /// <summary>In the order in which people should see them.</summary>
    public static IReadOnlyList<MethodDescriptor> All { get; } =
    [
        DinomalyDescriptor.Entry,
        ReverseDistillationDescriptor.Entry,
        PadimDescriptor.Entry,
        PatchcoreDescriptor.Entry,
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
