using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.Sending;
using AnomalyLine.Client;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Camera.Sources;

/// <summary>A folder of images or a video file as the frames of a camera, each with the identity of its part.</summary>
internal sealed class FileSource : IFrameSource
{
    private readonly CameraSettings _camera;
    private readonly TimeProvider _time;
    private readonly CameraTally _tally;
    private readonly IEnumerator<SourceFrame> _frames;

    /// <summary>Opens it.</summary>
    /// <exception cref="CommandException">It is missing.</exception>
    public FileSource(CameraSettings camera, TimeProvider time, CameraTally tally)
    {
        var path = camera.Source.Value;
        if (!Directory.Exists(path) && !File.Exists(path)) throw new CommandException($"{path}: no such folder or file; name {SourceAddress.Forms}.");
        (_camera, _time, _tally) = (camera, time, tally);
        _frames = Rounds().GetEnumerator();
    }

    /// <summary>The next frame; a second round adds its number to the parts' identities.</summary>
    /// <exception cref="CommandException">The folder is empty, or none of it can be read.</exception>
    /// <exception cref="DatasetException">The video cannot be read; a picture of a folder that cannot is left out and told.</exception>
    public SourceFrame? Read(CancellationToken cancel) => !cancel.IsCancellationRequested && _frames.MoveNext() ? _frames.Current with { CaptureTime = _time.GetUtcNow() } : null;

    /// <inheritdoc/>
    public string? Trigger() => "has no software trigger";

    /// <inheritdoc/>
    public void Dispose() => _frames.Dispose();

    private IEnumerable<SourceFrame> Rounds()
    {
        for (var round = 1; round == 1 || _camera.Loop; round++)
        {
            var suffix = round == 1 ? "" : $"-{round}";
            foreach (var (name, frame) in Directory.Exists(_camera.Source.Value) ? Folder() : Video()) yield return new SourceFrame(name + suffix, frame, null, frame.CaptureTime);
        }
    }

    private IEnumerable<(string Name, Frame Frame)> Folder()
    {
        var folder = _camera.Source.Value;
        var listing = FrameListing.Of(folder);
        if (listing.Note(folder) is { } note) _tally.Notes.Add(note);
        if (listing.Frames.Count == 0) throw new CommandException($"{folder}: holds no frame; it needs {FrameListing.Types} files (not in folders below it).");
        var read = 0;
        foreach (var file in listing.Frames)
        {
            if (Read(file) is not { } frame) continue;
            read++;
            yield return (Path.GetFileNameWithoutExtension(file), frame);
        }

        if (read == 0) throw new CommandException($"none of {listing.Frames.Count} images can be read; the first: {_tally.FirstUnreadable}");
    }

    private Frame? Read(string file)
    {
        try
        {
            return _camera.Raw ? RawFrames.FromFile(file, _time.GetUtcNow(), _camera.SignificantBits) : FrameFile.Read(file, _time, _camera.SignificantBits);
        }
        catch (DatasetException e)
        {
            if (_tally.Unreadable.Count == 0) _tally.FirstUnreadable = e.Message;
            _tally.Unreadable.Add(file);
            _tally.Notes.Add($"left out, for it cannot be read: {e.Message}");
            return null;
        }
    }

    private IEnumerable<(string Name, Frame Frame)> Video()
    {
        var number = 0;
        foreach (var frame in RawFrames.FromVideo(_camera.Source.Value, _time)) yield return ($"{Path.GetFileNameWithoutExtension(_camera.Source.Value)}-{++number:00000}", frame);
    }
}
