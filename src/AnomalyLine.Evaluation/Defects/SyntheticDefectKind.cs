namespace AnomalyLine.Evaluation.Defects;

/// <summary>Defects that can be planted on frames of normal parts.</summary>
internal enum SyntheticDefectKind
{
    /// <summary>A piece of the frame put elsewhere, as by CutPaste (Li et al., CVPR 2021).</summary>
    CutPaste,

    /// <summary>A foreign texture in the shape of thresholded noise, as by DRAEM (Zavrtanik et al., ICCV 2021).</summary>
    Texture,

    /// <summary>A thin bent line, lighter or darker than what it crosses.</summary>
    Scratch,

    /// <summary>A patch without its detail.</summary>
    Blur,

    /// <summary>A ragged, tinted, half-transparent patch.</summary>
    Stain,

    /// <summary>A patch filled with what surrounds it, as if a feature were not there.</summary>
    MissingPart,
}
