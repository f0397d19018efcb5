using AnomalyLine.Imaging;

namespace AnomalyLine.Learning.Training;

/// <summary>The normal frames that a training reads, by file: as the method learns from them, and as they are.</summary>
internal sealed class TrainingSource
{
    private readonly TrainingBatches _learning;
    private readonly TrainingFrames _frames;
    private readonly Dictionary<string, int> _places;

    /// <summary>Owns nothing.</summary>
    /// <param name="learning">What the method learns from.</param>
    /// <param name="frames">The frames of it, in the same order.</param>
    /// <param name="files">Their files, in the same order.</param>
    public TrainingSource(TrainingBatches learning, TrainingFrames frames, IReadOnlyList<string> files)
    {
        (_learning, _frames) = (learning, frames);
        _places = files.Index().ToDictionary(f => f.Item, f => f.Index, StringComparer.Ordinal);
    }

    /// <summary>What the method learns from of some files; null where none of them was read.</summary>
    public TrainingBatches? Of(IReadOnlyList<string> files) => files.Count > 0 && files.All(_places.ContainsKey) ? _learning.Only(NumbersOf(files)) : null;

    /// <summary>Some files as frames.</summary>
    public TrainingBatches FramesOf(IReadOnlyList<string> files) => _frames.Only(NumbersOf(files));

    /// <summary>The part of a model's input that a file's frame fills, pixels of the input; of tiles the part of the first.</summary>
    public RegionOfInterest CoverOf(string file) => _frames.CoverOf(_frames.NumbersOf(_places[file])[0]);

    /// <summary>What of a file's frame is not judged; null where all of it is.</summary>
    public AreaMask? MaskOf(string file) => _frames.MaskOf(_places[file]);

    private long[] NumbersOf(IReadOnlyList<string> files) => [.. files.SelectMany(f => _frames.NumbersOf(_places[f]))];
}
