namespace AnomalyLine.Detection;

/// <summary>What computes a judging graph for <see cref="ServingEngine.Card"/>.</summary>
public enum CardProvider
{
    /// <summary>ONNX Runtime's CUDA provider.</summary>
    Cuda,

    /// <summary>TensorRT, and CUDA for what it has no form for. Its engines are kept in <see cref="CardOptions.CacheFolder"/>: the first load of a model takes minutes.</summary>
    TensorRt,

    /// <summary>The processor, by the same path: for tests and for measuring what the path itself costs. Never taken unless asked for.</summary>
    Cpu,
}
