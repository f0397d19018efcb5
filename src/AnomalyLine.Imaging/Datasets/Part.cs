namespace AnomalyLine.Imaging.Datasets;

/// <summary>One physical part and all frames that show it.</summary>
/// <param name="Files">All of its files, in the order in which they were given.</param>
/// <param name="Frames">Those without the files whose pixels another one has already.</param>
/// <param name="Sample">The frame that stands for it where each part counts once: the one of the smallest digest, which has nothing to do with what a model thinks of it.</param>
public sealed record Part(IReadOnlyList<string> Files, IReadOnlyList<string> Frames, string Sample);
