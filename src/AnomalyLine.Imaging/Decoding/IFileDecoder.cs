using System.Diagnostics.CodeAnalysis;

namespace AnomalyLine.Imaging.Decoding;

/// <summary>Decodes the files that cameras send somewhere else than in this process. Any thread.</summary>
public interface IFileDecoder
{
    /// <summary>A file's pixels as a frame of their own, which whoever asked recycles.</summary>
    /// <param name="file">A JPEG or PNG frame.</param>
    /// <param name="pixels">Grey or BGR of 8 or 16 bits.</param>
    /// <param name="error">What is wrong with the file, or why it could not be decoded.</param>
    bool TryDecode(Frame file, [NotNullWhen(true)] out Frame? pixels, [NotNullWhen(false)] out string? error);
}
