namespace AnomalyLine.Learning.Methods;

/// <summary>How the learning rate changes while training goes from 0 (start) to 1 (end).</summary>
internal enum LearningRateSchedule
{
    /// <summary>The same all the time.</summary>
    Constant,

    /// <summary>A tenth from 5/6 of the way (RIAD: from epoch 250 of 300).</summary>
    Step,

    /// <summary>A fifth from 80 % and a twenty-fifth from 90 % of the way (DRAEM's and FAIR's code).</summary>
    TwoSteps,

    /// <summary>Up from a twentieth during the first 5 %, then down a half cosine to zero: for short trainings.</summary>
    Cosine,

    /// <summary>Down a half cosine to zero from the first step on (MNAD's code).</summary>
    HalfCosine,

    /// <summary>Up from a twentieth during the first 5 %, the same until 70 % of the way, then down a straight line to 3 %.</summary>
    WarmupStableDecay,
}
