namespace AnomalyLine.Detection;

/// <summary>What computes a model's network when it judges. Maps and scores are computed by the same code whichever it is.</summary>
public enum ServingEngine
{
    /// <summary>The faster one of those that give the same on the model's reference frames, measured when it is loaded.</summary>
    Auto,

    /// <summary>libtorch.</summary>
    Torch,

    /// <summary>ONNX Runtime, where the network has a form for it and runs on the CPU; else <see cref="Torch"/>.</summary>
    Onnx,

    /// <summary>libtorch in bfloat16, where the model's training found that it changes little and the processor computes in it; else <see cref="Torch"/>.</summary>
    Bfloat16,

    /// <summary>ONNX Runtime on a card, from frames to map and score in one graph where the method has a form for it, else its passes (<see cref="CardOptions"/>); where there is no card, as <see cref="Auto"/>.</summary>
    Card,
}
