using AnomalyLine.Inference.Backbones;

namespace AnomalyLine.Learning.Methods.Features;

/// <summary>Options of methods that judge the features of a pretrained network instead of pixels.</summary>
internal abstract record FeatureOptions : MethodOptions
{
    /// <summary>Frames are shown to the backbone as they are, and nothing is learnt in steps unless a method says otherwise.</summary>
    protected FeatureOptions() => (Epochs, BatchSize) = (1, 8);

    /// <summary>Name of the network that gives the features: "resnet18", which comes with the product, or one that was added with 'anomalyline backbones add'.</summary>
    public string Backbone { get; init; } = BackboneLibrary.BuiltIn;

    /// <summary>Which of the backbone's outputs are used, from 1, fine to coarse: 1 to 8 different ones.</summary>
    public IReadOnlyList<int> Layers { get; init; } = [2, 3];

    /// <summary>Standard deviation of the Gaussian that smooths the anomaly map, pixels, 0 (none)..32. Takes the place of the mean filter of the other methods.</summary>
    public double Sigma { get; init; } = 4;

    /// <summary>Versions of each training frame that are learnt from, changed at random as the other options say, 1..16: the frame itself and others. Without effect where no option changes frames.</summary>
    public int Views { get; init; } = 4;

    /// <summary>Most that the features of the training frames may take in a temporary file, MiB, 1..1000000; those of further frames are computed again when they are needed.</summary>
    public int CacheMegabytes { get; init; } = 16_384;

    /// <inheritdoc/>
    internal override bool CanNormalise => false;

    /// <inheritdoc/>
    internal override int SizeStep => 32;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!Size.IsMultipleOf(32)) yield return $"size is {Size}; feature methods need a multiple of 32 pixels.";
        if (!Inference.Backbones.Backbone.IsName(Backbone)) yield return $"backbone is '{Backbone}'; it must be the name of one, such as {BackboneLibrary.BuiltIn}.";
        if (Layers.Count is 0 or > 8 || Layers.Distinct().Count() < Layers.Count) yield return $"layers has {Layers.Count} entries; it must have 1..8 different ones.";
        foreach (var layer in Layers.Where(l => l is < 1 or > 16)) yield return $"layers has {layer}; each must be 1..16.";
        if (Sigma is not (>= 0 and <= 32)) yield return $"sigma is {Sigma}; it must be 0..32 pixels.";
        else if (4 * Sigma >= Size.Shorter) yield return $"sigma is {Sigma}; it must be less than a quarter of the size of {Size} pixels.";
        if (Views is < 1 or > 16) yield return $"views is {Views}; it must be 1..16.";
        if (CacheMegabytes is < 1 or > 1_000_000) yield return $"cacheMegabytes is {CacheMegabytes}; it must be 1..1000000 MiB.";
        if (Normalise) yield return "normalise is true; feature methods have no maps that are measured against normal frames.";
    }
}
