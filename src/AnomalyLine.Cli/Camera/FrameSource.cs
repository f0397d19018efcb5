using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Cli.Camera;

/// <summary>A folder of images or a video as the frames of a camera, each with the identity of its part.</summary>
internal static class FrameSource
{
    /// <summary>The frames, one after the other; a second round adds its number to the parts' identities.</summary>
    /// <exception cref="CommandException">The source is missing or empty, or none of it can be read.</exception>
    /// <exception cref="DatasetException">The video cannot be read; a picture of a folder that cannot is left out and told.</exception>
    public static IEnumerable<(string PartId, Frame Frame)> Frames(CameraOptions options, TimeProvider time, CameraTally tally)
    {
        if (!Directory.Exists(options.Source) && !File.Exists(options.Source))
            throw new CommandException($"{options.Source}: no such folder or file; name a folder of images or a video.");
        return Rounds(options, time, tally);
    }

    private static IEnumerable<(string PartId, Frame Frame)> Rounds(CameraOptions options, TimeProvider time, CameraTally tally)
    {
        for (var round = 1; round == 1 || options.Loop; round++)
        {
            var suffix = round == 1 ? "" : $"-{round}";
            foreach (var (name, frame) in Directory.Exists(options.Source) ? Folder(options, time, tally) : Video(options, time)) yield return (name + suffix, frame);
        }
    }

    private static IEnumerable<(string Name, Frame Frame)> Folder(CameraOptions options, TimeProvider time, CameraTally tally)
    {
        var listing = FrameListing.Of(options.Source);
        if (listing.Note(options.Source) is { } note) tally.Notes.Add(note);
        if (listing.Frames.Count == 0) throw new CommandException($"{options.Source}: holds no frame; it needs {FrameListing.Types} files (not in folders below it).");
        var read = 0;
        foreach (var file in listing.Frames)
        {
            if (Read(file, options, time, tally) is not { } frame) continue;
            read++;
            yield return (Path.GetFileNameWithoutExtension(file), frame);
        }

        if (read == 0) throw new CommandException($"none of {listing.Frames.Count} images can be read; the first: {tally.FirstUnreadable}");
    }

    private static Frame? Read(string file, CameraOptions options, TimeProvider time, CameraTally tally)
    {
        try
        {
            return options.Raw ? RawFrames.FromFile(file, time.GetUtcNow(), options.SignificantBits) : FrameFile.Read(file, time, options.SignificantBits);
        }
        catch (DatasetException e)
        {
            if (tally.Unreadable.Count == 0) tally.FirstUnreadable = e.Message;
            tally.Unreadable.Add(file);
            tally.Notes.Add($"left out, for it cannot be read: {e.Message}");
            return null;
        }
    }

    private static IEnumerable<(string Name, Frame Frame)> Video(CameraOptions options, TimeProvider time)
    {
        var number = 0;
        foreach (var frame in RawFrames.FromVideo(options.Source, time)) yield return ($"{Path.GetFileNameWithoutExtension(options.Source)}-{++number:00000}", frame);
    }
}
