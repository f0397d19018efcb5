namespace AnomalyLine.Learning.Methods;

/// <summary>Number type of convolutions and linear layers while training.</summary>
internal enum TrainingPrecision
{
    /// <summary>float32.</summary>
    Single,

    /// <summary>bfloat16 with float32 masters: about 1.5 to 2 times as fast where the processor computes in it, slower where it does not.</summary>
    Bfloat16,

    /// <summary>float32 whose products CUDA may round to TF32 (10 bits) while it learns; the model is calibrated without. On the processor the same as <see cref="Single"/>.</summary>
    TensorFloat32,

    /// <summary>bfloat16 on a processor that computes in it (AVX-512 BF16), otherwise float32; the model file names which it was.</summary>
    Auto,
}
