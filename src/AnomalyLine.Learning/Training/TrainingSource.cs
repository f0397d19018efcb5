using AnomalyLine.Imaging;

namespace AnomalyLine.Learning.Training;

/// <summary>The normal frames that a training reads, by file: as the method learns from them, and as they are.</summary>
internal sealed class TrainingSource
{
    private readonly TrainingBatches _learning;
    private readonly TrainingFrames _frames;
    private readonly Dictionary<string, long> _numbers;

    /// <summary>Owns nothing.</summary>
    /// <param name="learning">What the method learns from.</param>
    /// <param name="frames">The frames of it, in the same order.</param>
    /// <param name="files">Their files, in the same order.</param>
    public TrainingSource(TrainingBatches learning, TrainingFrames frames, IReadOnlyList<string> files)
    {
        (_learning, _frames) = (learning, frames);
        _numbers = files.Index().ToDictionary(f => f.Item, f => (long)f.Index, StringComparer.Ordinal);
    }

    /// <summary>What the method learns from of some files; null where none of them was read.</summary>
    public TrainingBatches? Of(IReadOnlyList<string> files) => files.Count > 0 && files.All(_numbers.ContainsKey) ? _learning.Only(NumbersOf(files)) : null;

    /// <summary>Some files as frames.</summary>
    public TrainingBatches FramesOf(IReadOnlyList<string> files) => _frames.Only(NumbersOf(files));

    /// <summary>The part of a model's input that a file's frame fills, pixels of the input.</summary>
    public RegionOfInterest CoverOf(string file) => _frames.CoverOf(_numbers[file]);

    private long[] NumbersOf(IReadOnlyList<string> files) => [.. files.Select(f => _numbers[f])];
}
