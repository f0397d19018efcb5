using System.Globalization;
using System.Text;

namespace AnomalyLine.Management.Training;

/// <summary>
/// A job's log as it grows: its last lines, and the loss curve from what the trainer said after each epoch. What an interrupted training does again takes the place of what it did before. Each
/// reading takes only what is new, and what is kept is bounded however long the log is. One thread at a time.
/// </summary>
/// <param name="path">The log; it need not be there yet.</param>
public sealed class JobLog(string path)
{
    /// <summary>Most lines that are kept.</summary>
    public const int MostLines = 200;

    /// <summary>Most places of the curve that are kept; of a longer one every second goes.</summary>
    public const int MostPoints = 1000;

    private const int MostLineBytes = 1 << 16;
    private readonly Queue<JobLogLine> _lines = [];
    private readonly List<LossPoint> _curve = [];
    private long _read, _number;

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyCollection<JobLogLine> Lines => _lines;

    /// <summary>The loss by epoch, in order of the epochs.</summary>
    public IReadOnlyList<LossPoint> Curve => _curve;

    /// <summary>Reads what was written since the last reading; whole lines only.</summary>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="IOException">It is there and cannot be read.</exception>
    public bool Read()
    {
        if (!File.Exists(path)) return false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length == _read) return false;
        file.Seek(_read, SeekOrigin.Begin);
        var (before, buffer, kept) = (_read, new byte[MostLineBytes], 0);
        while (file.Read(buffer.AsSpan(kept)) is > 0 and var count)
        {
            var there = buffer.AsSpan(0, kept + count);
            while (there.IndexOf((byte)'\n') is >= 0 and var end)
            {
                Add(Encoding.UTF8.GetString(there[..end]));
                _read += end + 1;
                there = there[(end + 1)..];
            }

            if (there.Length == buffer.Length)
            {
                // Longer than any line that the server writes.
                _read += there.Length;
                there = [];
            }

            there.CopyTo(buffer);
            kept = there.Length;
        }

        return _read != before;
    }

    private void Add(string text)
    {
        var (time, said) = text.Split(' ', 2) is [var first, var rest] && DateTimeOffset.TryParseExact(first, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            ? ((DateTimeOffset?)at, rest) : (null, text);
        if (TrainerLine.Parse(said) is { } line)
        {
            if (line is { Phase: "training", Epoch: > 0 and var epoch, Loss: { } loss } && double.IsFinite(loss)) Add(new LossPoint(epoch, loss, line.ValidationLoss));
            said = $"{line.Phase}: {line.Message}{Loss(line.Loss, "loss")}{Loss(line.ValidationLoss, "validation")}";
        }

        _lines.Enqueue(new JobLogLine(++_number, time, said));
        if (_lines.Count > MostLines) _lines.Dequeue();
    }

    private void Add(LossPoint point)
    {
        while (_curve.Count > 0 && _curve[^1].Epoch >= point.Epoch) _curve.RemoveAt(_curve.Count - 1);
        _curve.Add(point);
        if (_curve.Count <= MostPoints) return;
        var thinned = _curve.Where((_, i) => i % 2 == 0).ToList();
        _curve.Clear();
        _curve.AddRange(thinned);
    }

    private static string Loss(double? loss, string name) => loss is { } value ? string.Create(CultureInfo.InvariantCulture, $", {name} {value:G4}") : "";
}
