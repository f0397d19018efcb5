using System.Runtime.InteropServices;
using System.Security.Cryptography;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Datasets;

/// <summary>
/// Which frames show the same part: those of equal pixels, and near copies such as a burst of one part. Whatever splits or counts frames splits and counts these. Immutable.
/// <para>Near copies: each frame is scaled to 64 x 64 grey pixels, less its mean and at the median contrast of all, so that a lamp that flickers does not tell two frames apart. How far two frames
/// are apart is the largest root mean square difference among 8 x 8 blocks: one spot that differs makes two parts. Two frames are near copies where that is below a fifth of the lower quartile of
/// all pairs. The quartile is what different parts of this very set differ by, so that a stable fixture does not make one part of many; where all frames differ by noise alone, none are near.</para>
/// </summary>
public sealed class PartGroups
{
    /// <summary>Near copies are apart by less than this part of the lower quartile of all pairs.</summary>
    public const double NearShare = 0.2;

    private PartGroups(IReadOnlyList<Part> parts, IReadOnlyList<string> unreadable)
    {
        Parts = parts;
        Unreadable = unreadable;
    }

    /// <summary>The parts, in the order of their first frames.</summary>
    public IReadOnlyList<Part> Parts { get; }

    /// <summary>What is wrong with the files that cannot be read, and belong to no part.</summary>
    public IReadOnlyList<string> Unreadable { get; }

    /// <summary>Files that can be read.</summary>
    public int Files => Parts.Sum(p => p.Files.Count);

    /// <summary>Files whose pixels another file has already.</summary>
    public int Copies => Parts.Sum(p => p.Files.Count - p.Frames.Count);

    /// <summary>Frames of other pixels that show a part which another frame shows already.</summary>
    public int NearCopies => Parts.Sum(p => p.Frames.Count - 1);

    /// <summary>How many parts the frames show, in words; null where each shows another one.</summary>
    /// <param name="what">What the frames are, such as "normal frames".</param>
    public string? Note(string what)
    {
        if (Files == Parts.Count) return null;
        var most = Parts.MaxBy(p => p.Files.Count)!;
        return $"{Files} {what} show {Parts.Count} different parts: {Copies} are equal to another one, {NearCopies} are near copies, as of a burst ({most.Files.Count} show the part of {Path.GetFileName(most.Sample)}). Each part counts once.";
    }

    /// <summary>Groups files. Decodes all of them once, on all cores.</summary>
    /// <param name="files">Image files.</param>
    /// <param name="cancel">Stops between two frames.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PartGroups Of(IReadOnlyList<string> files, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        var looks = new Look?[files.Count];
        var errors = new string?[files.Count];
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            try
            {
                looks[i] = Look.Of(files[i]);
            }
            catch (DatasetException e)
            {
                errors[i] = e.Message;
            }
        });
        var equal = Enumerable.Range(0, files.Count).Where(i => looks[i] is not null).GroupBy(i => looks[i]!.Digest, StringComparer.Ordinal).Select(g => g.ToArray()).ToArray();
        var near = NearFrames.Join([.. equal.Select(g => looks[g[0]]!.Pixels)], cancel);
        var parts = equal.Index().GroupBy(g => near[g.Index]).Select(group => new Part(
            [.. group.SelectMany(g => g.Item).Order().Select(i => files[i])],
            [.. group.Select(g => g.Item[0]).Order().Select(i => files[i])],
            files[group.Select(g => g.Item[0]).MinBy(i => looks[i]!.Digest, StringComparer.Ordinal)]));
        return new PartGroups([.. parts], [.. errors.OfType<string>()]);
    }

    /// <summary>Each file as a part of its own, unread: for clips, whose frames are near copies by their nature.</summary>
    public static PartGroups Single(IReadOnlyList<string> files) => new([.. files.Select(f => new Part([f], [f], f))], []);

    /// <summary>A frame as it is compared.</summary>
    private sealed record Look(string Digest, float[] Pixels)
    {
        public static unsafe Look Of(string path)
        {
            var frame = FrameFile.Read(path);
            using var pin = frame.Data.Pin();
            if (!FrameDecoder.TryDecode(frame, (IntPtr)pin.Pointer, out var decoded, out var error)) throw new DatasetException($"{path}: {error}");
            using var owned = decoded;
            return new Look(DigestOf(decoded.Pixels), Small(decoded.Pixels));
        }

        /// <summary>Over size, type and rows, whatever file they came from.</summary>
        private static unsafe string DigestOf(Mat pixels)
        {
            using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            sum.AppendData(MemoryMarshal.AsBytes<int>([pixels.Cols, pixels.Rows, pixels.Type().Value]));
            var (rows, bytes) = (pixels.Rows, pixels.Cols * (int)pixels.ElemSize());
            for (var y = 0; y < rows; y++) sum.AppendData(new ReadOnlySpan<byte>((void*)pixels.Ptr(y), bytes));
            return Convert.ToHexStringLower(sum.GetHashAndReset());
        }

        private static float[] Small(Mat pixels)
        {
            using var small = new Mat();
            AreaMean.Resize(pixels, small, new Size(NearFrames.Side, NearFrames.Side));
            if (small.Channels() == 3) Cv2.CvtColor(small, small, ColorConversionCodes.BGR2GRAY);
            using var values = new Mat();
            small.ConvertTo(values, MatType.CV_32FC1);
            values.GetArray(out float[] result);
            return result;
        }
    }
}
