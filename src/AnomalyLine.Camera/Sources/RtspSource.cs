using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Camera.Configuration;
using AnomalyLine.Client;
using AnomalyLine.Imaging;

namespace AnomalyLine.Camera.Sources;

/// <summary>
/// A stream that the program ffmpeg receives and decodes, in a process of its own (docs/adr/0065-cameras.md): whatever hangs in it, or breaks it, ends with that process. It hands on pictures in PPM, each with its size.
/// </summary>
internal sealed class RtspSource : IFrameSource
{
    private const int MostHeaderBytes = 64;
    private readonly CameraSettings _camera;
    private readonly TimeProvider _time;
    private readonly Process _decoder;
    private readonly BufferedStream _pictures;
    private string _said = "";
    private bool _hasFrame;

    /// <summary>Starts it.</summary>
    /// <exception cref="CommandException">There is no program ffmpeg.</exception>
    public RtspSource(CameraSettings camera, TimeProvider time)
    {
        (_camera, _time) = (camera, time);
        string[] transport = camera.Source.Value.StartsWith("rtsp", StringComparison.Ordinal) ? ["-rtsp_transport", "tcp", "-timeout", Microseconds(camera.ReadTimeout)] : [];
        string[] arguments = ["-nostdin", "-hide_banner", "-loglevel", "error", "-flags", "low_delay", .. transport, "-i", camera.Source.Value, "-an", "-f", "image2pipe", "-c:v", "ppm", "pipe:1"];
        try
        {
            _decoder = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new CommandException($"{camera.Source}: streams need the program ffmpeg, which is not on this machine ({missing.Message}); install Debian's or Ubuntu's package ffmpeg.");
        }

        _decoder.ErrorDataReceived += (_, line) => _said = line.Data is { Length: > 0 } said ? said : _said;
        _decoder.BeginErrorReadLine();
        _pictures = new BufferedStream(_decoder.StandardOutput.BaseStream, 1 << 16);
    }

    /// <inheritdoc/>
    public SourceFrame? Read(CancellationToken cancel)
    {
        var limit = _hasFrame ? _camera.ReadTimeout : _camera.OpenTimeout;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var late = _time.CreateTimer(_ => End(), null, limit, Timeout.InfiniteTimeSpan);
        using var ending = end.Token.Register(End);
        var start = _time.GetTimestamp();
        try
        {
            var (width, height) = ReadHeader();
            var pixels = PooledArrays.Rent<byte>(checked(width * height * 3));
            _pictures.ReadExactly(pixels.Memory.Span);
            var now = _time.GetUtcNow();
            if (!Frame.TryCreate(PixelFormat.Rgb8, width, height, 0, pixels, now, out var frame, out var error)) throw new SourceException($"{_camera.Source}: {error}");
            _hasFrame = true;
            return new SourceFrame("", frame, null, now);
        }
        catch (Exception ended) when (ended is IOException or InvalidDataException or OverflowException)
        {
            if (cancel.IsCancellationRequested) return null;
            throw new SourceException(
                _time.GetElapsedTime(start) >= limit ? $"{_camera.Source}: no frame within {limit.TotalSeconds:0.#} s." : $"{_camera.Source}: the stream ended{(_said.Length > 0 ? $" ({WithoutAddress(_said)})" : "")}; check address, user and password.", ended);
        }
    }

    /// <inheritdoc/>
    public string? Trigger() => "has no software trigger";

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _decoder.WaitForExit();
        _pictures.Dispose();
        _decoder.Dispose();
    }

    /// <summary>"P6", width, height and 255, each followed by a white space.</summary>
    private (int Width, int Height) ReadHeader()
    {
        var words = new List<string>();
        var word = "";
        for (var read = 0; words.Count < 4; read++)
        {
            var next = _pictures.ReadByte();
            if (next < 0) throw new EndOfStreamException();
            if (read > MostHeaderBytes) throw new InvalidDataException();
            if (!char.IsWhiteSpace((char)next)) word += (char)next;
            else if (word.Length > 0) (words, word) = ([.. words, word], "");
        }

        return words is ["P6", var width, var height, "255"] && int.TryParse(width, CultureInfo.InvariantCulture, out var w) && int.TryParse(height, CultureInfo.InvariantCulture, out var h) && w is > 0 and <= 32_768 && h is > 0 and <= 32_768
            ? (w, h) : throw new InvalidDataException();
    }

    private void End()
    {
        try
        {
            _decoder.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended, or was never there.
        }
    }

    /// <summary>What ffmpeg says has the whole address in it, password included.</summary>
    private string WithoutAddress(string said) => said.Replace(_camera.Source.Value, _camera.Source.ToString(), StringComparison.Ordinal);

    private static string Microseconds(TimeSpan time) => ((long)time.TotalMicroseconds).ToString(CultureInfo.InvariantCulture);
}
