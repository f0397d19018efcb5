using AnomalyLine.Imaging;

namespace AnomalyLine.Learning.Corruption;

/// <summary>Makes a normal frame anomalous, or leaves it as it is.</summary>
/// <param name="frame">The frame, changed in place: channels x height x width in [0, 1].</param>
/// <param name="other">Another normal frame to take material from.</param>
/// <param name="size">Size of both.</param>
/// <param name="random">Decides.</param>
/// <param name="mask">Set to 1 where the frame was changed; height x width, 0 before.</param>
internal delegate void FrameCorruption(Span<float> frame, ReadOnlySpan<float> other, InputSpec size, Random random, Span<float> mask);
