namespace AnomalyLine.Learning.Methods.Autoencoder;

/// <summary>What reconstruction is measured by.</summary>
internal enum ReconstructionLoss
{
    /// <summary>Squared error.</summary>
    L2,

    /// <summary>1 - SSIM.</summary>
    Ssim,
}
