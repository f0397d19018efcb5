using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Methods.Riad;
using AnomalyLine.Vision.Methods.Scadn;
using AnomalyLine.Vision.Methods.Smai;
using AnomalyLine.Vision.Models;

namespace AnomalyLine.Benchmarks.FastModes;

/// <summary>A way to judge with a model file.</summary>
/// <param name="Name">For people.</param>
/// <param name="Model">The .alm file.</param>
/// <param name="Options">The file's options with those of the mode.</param>
internal sealed record JudgingMode(string Name, string Model, MethodOptions Options)
{
    /// <summary>The faithful mode, then the fast ones.</summary>
    /// <param name="model">A trained model.</param>
    /// <param name="fastModel">A model of the same method whose training differs, to judge as it is; empty for the modes that one training serves.</param>
    /// <exception cref="ArgumentException">The method has no mode that its training does not fix, and no second model is given.</exception>
    public static IReadOnlyList<JudgingMode> Of(string model, string fastModel)
    {
        var options = OptionsOf(model);
        if (fastModel.Length > 0) return [AsTrained(model), AsTrained(fastModel)];
        return options switch
        {
            SmaiOptions o =>
            [
                new("one by one", model, o with { Masking = SuperpixelMasking.OneByOne }),
                new($"coloured, gap {o.Gap}", model, o with { Masking = SuperpixelMasking.Coloured }),
            ],
            RiadOptions { Cells.Count: > 1 } o => [AsTrained(model), Without("smallest cells", o with { Cells = [.. o.Cells.Order().Skip(1)] })],
            ScadnOptions { Cycles.Count: > 1 } o => [AsTrained(model), Without("broadest bars", o with { Cycles = [.. o.Cycles.Order().Skip(1)] })],
            _ => throw new ArgumentException($"{model}: no faster mode serves its training; train one and name it with --fast-model.", nameof(model)),
        };

        JudgingMode Without(string what, MethodOptions changed) => new($"without the {what}", model, changed);
    }

    /// <summary>The model in this mode. Its reference scores are those of the file's own mode, so they are left out.</summary>
    public AnomalyModel Load()
    {
        var (manifest, _, files) = ModelFile.Read(Model);
        var changed = Path.GetTempFileName();
        try
        {
            ModelFile.Write(changed, manifest with { Options = OptionsJson.Write(Options), References = [] }, files);
            return AnomalyModel.Load(changed);
        }
        finally
        {
            File.Delete(changed);
        }
    }

    private static JudgingMode AsTrained(string model) => new($"{Path.GetFileNameWithoutExtension(model)}, as trained", model, OptionsOf(model));

    private static MethodOptions OptionsOf(string model)
    {
        var (manifest, _, _) = ModelFile.ReadManifest(model);
        var descriptor = MethodCatalog.Find(manifest.Method) ?? throw new ArgumentException($"{model}: method '{manifest.Method}' is unknown.", nameof(model));
        return OptionsJson.Read(manifest.Options, descriptor.Presets["paper"].GetType());
    }
}
