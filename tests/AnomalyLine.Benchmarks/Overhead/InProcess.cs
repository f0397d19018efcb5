using System.Diagnostics;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Inspection;
using AnomalyLine.Learning.Catalog;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.Overhead;

/// <summary>A model in this process without a line: what a program of one thread could do at best.</summary>
internal sealed class InProcess : IDisposable
{
    private readonly AnomalyModel _model;
    private readonly Recipe _recipe;
    private readonly Tensor _input;
    private readonly ThreadTeam _team = new(TorchEngine.Threads);
    private readonly InferenceContext _context;

    public InProcess(string path, ServingEngine engine)
    {
        _model = ModelLoader.Load(path, engine: engine);
        if (_model.Engine.Engine != engine) throw new InvalidOperationException($"The model is served by {_model.Engine.Engine}, not {engine}: {_model.Engine.Reason}");
        _context = new InferenceContext(_model.Pipeline.Backend, _team);
        _recipe = new Recipe("station", 1, _model.Version, float.MaxValue, _model.Manifest.Calibration.PixelThreshold, null, Recipe.MaxDeadline);
        _input = rand(1, _model.Input.Planes, _model.Input.Height, _model.Input.Width).DetachFromDisposeScope();
    }

    /// <summary>Milliseconds of the network's pass alone over one frame, median.</summary>
    public double Forward(TimeSpan time) => Median(time, () =>
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        _context.Pass(_input);
    });

    /// <summary>Milliseconds from a frame's bytes to its verdict, median.</summary>
    public double Judge(Frame frame, TimeSpan time) => Median(time, () =>
    {
        using var prepared = Prepare(frame);
        _recipe.Judge(_model.Detect([prepared])[0]);
    });

    /// <summary>Frames a second, and milliseconds of processor a frame, from bytes to verdicts in full batches; their frames are prepared on all cores.</summary>
    public (double PerSecond, double ProcessorMs) Batches(Frame frame, int size, TimeSpan time)
    {
        var prepared = new PreparedFrame[size];
        using var process = Process.GetCurrentProcess();
        var processor = process.TotalProcessorTime;
        var frames = 0;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            Parallel.For(0, size, i => prepared[i] = Prepare(frame));
            foreach (var detection in _model.Detect(prepared)) _recipe.Judge(detection);
            foreach (var one in prepared) one.Dispose();
            frames += size;
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        return (frames / elapsed.TotalSeconds, (process.TotalProcessorTime - processor).TotalMilliseconds / frames);
    }

    public void Dispose()
    {
        _team.Dispose();
        _input.Dispose();
        _model.Dispose();
    }

    private PreparedFrame Prepare(Frame frame) => FramePreparer.TryPrepare(frame, _model.Input, null, out var prepared, out var error) ? prepared : throw new InvalidOperationException(error);

    private static double Median(TimeSpan time, Action action)
    {
        var times = new List<double>();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            var before = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }

        return times.Median();
    }
}
