using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Onnx;

/// <summary>A graph in ONNX Runtime, on the CPU.</summary>
internal sealed class OnnxRun : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxRun(byte[] file) => _session = new InferenceSession(file);

    public ModelMetadata Metadata => _session.ModelMetadata;

    /// <summary>The outputs by name.</summary>
    public Dictionary<string, Tensor> Run(Tensor frames)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(frames.contiguous().data<float>().ToArray(), frames.shape);
        using var options = new RunOptions();
        using var results = _session.Run(options, ["frames"], [input], _session.OutputNames);
        return _session.OutputNames.Zip(results, (name, value) => (name, value))
            .ToDictionary(pair => pair.name, pair => tensor(pair.value.GetTensorDataAsSpan<float>().ToArray(), pair.value.GetTensorTypeAndShape().Shape));
    }

    public void Dispose() => _session.Dispose();
}
