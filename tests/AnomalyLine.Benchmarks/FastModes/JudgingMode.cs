using AnomalyLine.Detection.Models;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Methods.Intra;
using AnomalyLine.Learning.Methods.Riad;
using AnomalyLine.Learning.Methods.Scadn;
using AnomalyLine.Learning.Methods.Smai;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.FastModes;

/// <summary>A way to judge with a model file.</summary>
/// <param name="Name">For people.</param>
/// <param name="Model">The .alm file.</param>
/// <param name="Options">The file's options with those of the mode.</param>
/// <param name="IsBfloat16">Whether the network judges in bfloat16.</param>
/// <param name="IsLoop">Whether each mask or window is a pass of its own.</param>
internal sealed record JudgingMode(string Name, string Model, MethodOptions Options, bool IsBfloat16 = false, bool IsLoop = false)
{
    /// <summary>The faithful mode, then the fast ones: those that the command names, else those that one training of the method serves.</summary>
    /// <exception cref="ArgumentException">The method has no mode that its training does not fix, and the command names none; or it names options that are not valid.</exception>
    public static IReadOnlyList<JudgingMode> Of(BenchmarkOptions command)
    {
        var model = command.Model;
        var options = OptionsOf(model);
        if (command.FastModel.Length > 0) return [AsTrained(model), AsTrained(command.FastModel)];
        if (command.Bfloat16) return [new("float32", model, options), new("bfloat16", model, options, IsBfloat16: true)];
        if (command.Settings.Count > 0)
        {
            var changed = OptionsJson.Change(options, command.Settings.Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => s[1], StringComparer.Ordinal), out var errors);
            return errors.Count == 0 ? [AsTrained(model), new(string.Join(' ', command.Settings), model, changed)] : throw new ArgumentException(string.Join(' ', errors), nameof(command));
        }

        return options switch
        {
            SmaiOptions o =>
            [
                Loop(o with { Masking = SuperpixelMasking.OneByOne }),
                new("one by one", model, o with { Masking = SuperpixelMasking.OneByOne }),
                new($"coloured, gap {o.Gap}", model, o with { Masking = SuperpixelMasking.Coloured }),
            ],
            RiadOptions { Cells.Count: > 1 } o => [Loop(o), AsTrained(model), Without("smallest cells", o with { Cells = [.. o.Cells.Order().Skip(1)] })],
            ScadnOptions { Cycles.Count: > 1 } o => [Loop(o), AsTrained(model), Without("broadest bars", o with { Cycles = [.. o.Cycles.Order().Skip(1)] })],
            RiadOptions or ScadnOptions or IntraOptions => [Loop(options), AsTrained(model)],
            _ => throw new ArgumentException($"{model}: no faster mode serves its training; train one and name it with --fast-model, or name options with --set.", nameof(command)),
        };

        JudgingMode Loop(MethodOptions judging) => new("in a loop, one pass at a time", model, judging, IsLoop: true);
        JudgingMode Without(string what, MethodOptions changed) => new($"without the {what}", model, changed);
    }

    /// <summary>The model in this mode. Its reference scores are those of the file's own mode, so they are left out.</summary>
    public AnomalyModel Load()
    {
        var (manifest, sha256, files) = ModelFile.Read(Model);
        if (IsBfloat16)
        {
            var normal = Options.Normalise ? PixelwiseNormalizer.Read(files[ModelFile.NormalName], Options.Input, CPU) : null;
            var method = ModelLoader.Create(manifest, files[ModelFile.WeightsName]);
            InferenceOptimizer.OptimizeInBfloat16(method.Network, CPU);
            return new AnomalyModel(method, manifest, ModelFile.VersionOf(manifest, sha256), new FrameStaging(Options.Input, CPU), normal);
        }

        var changed = Path.GetTempFileName();
        try
        {
            ModelFile.Write(changed, manifest with { Options = OptionsJson.Write(Options), References = [] }, files);
            var loaded = ModelLoader.Load(changed);
            if (IsLoop) loaded.Network.PassesAtOnce = 1;
            return loaded;
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
