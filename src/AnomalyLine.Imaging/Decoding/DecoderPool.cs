using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AnomalyLine.Imaging.Decoding;

/// <summary>
/// Processes that decode files for this one: what a stranger's bytes do to a decoder, they do there. One that ends or takes too long costs its file alone and is started again. It holds up no memory but
/// its own, sees nothing of this process but the file, and what it answers is checked as a camera's frame is. It runs as the same account: what takes it over has that account's rights.
/// </summary>
public sealed class DecoderPool : IFileDecoder, IDisposable
{
    private const int MostErrorBytes = 4096;
    private readonly ProcessStartInfo _start;
    private readonly int _mostBytes;
    private readonly TimeSpan _patience;
    private readonly Action<string> _failed;
    private readonly BlockingCollection<Decoder> _idle = [];

    /// <summary>Starts the processes; they get ready meanwhile.</summary>
    /// <param name="program">The program, which calls <see cref="DecoderProcess.Run"/>.</param>
    /// <param name="arguments">What comes before <see cref="DecoderProcess.Argument"/>.</param>
    /// <param name="processes">How many, at least 1: so many files at a time.</param>
    /// <param name="mostBytes">Most bytes of a file and of its pixels.</param>
    /// <param name="patience">How long a file may take, the wait for a process that starts included.</param>
    /// <param name="failed">Is told why, each time a process ended or was ended.</param>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public DecoderPool(string program, IEnumerable<string> arguments, int processes, int mostBytes, TimeSpan patience, Action<string> failed)
    {
        (_mostBytes, _patience, _failed) = (mostBytes, patience, failed);
        _start = new ProcessStartInfo(program, [.. arguments, DecoderProcess.Argument])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        for (var i = 0; i < processes; i++) _idle.Add(new Decoder(_start, mostBytes));
    }

    /// <inheritdoc/>
    public bool TryDecode(Frame file, [NotNullWhen(true)] out Frame? pixels, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(file);
        pixels = null;
        if (!_idle.TryTake(out var decoder, _patience))
        {
            error = $"No decoder was free within {_patience.TotalSeconds:0.###} s; more files come than are decoded (AnomalyLine:Limits:DecoderProcesses).";
            return false;
        }

        string? ended = null;
        try
        {
            if (decoder.Ask(file, _patience) is { } answer) return TryRead(decoder, answer, file, out pixels, out error);
            ended = decoder.IsOverdue ? $"it took longer than {_patience.TotalSeconds:0.###} s" : "it ended";
            error = $"The file could not be decoded: the process that decodes it was lost ({ended}). Check the camera's encoder, or send raw pixels.";
            return false;
        }
        finally
        {
            // Whoever waits for one gets a new one, which may still have to start.
            if (ended is not null)
            {
                decoder.Dispose();
                _failed(ended);
                decoder = new Decoder(_start, _mostBytes);
            }

            _idle.Add(decoder);
        }
    }

    /// <summary>Ends the processes; nobody decodes any more.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out var decoder)) decoder.Dispose();
        _idle.Dispose();
    }

    private bool TryRead(Decoder decoder, DecoderMessage answer, Frame file, [NotNullWhen(true)] out Frame? pixels, [NotNullWhen(false)] out string? error)
    {
        pixels = null;
        var bytes = decoder.Shared.Pixels;
        if (answer.Length < 0 || answer.Length > bytes.Length || answer.Length > _mostBytes)
        {
            error = "The file could not be decoded: what its decoder answers makes no sense.";
            return false;
        }

        if ((PixelFormat)answer.Format is PixelFormat.Unspecified)
        {
            error = Encoding.UTF8.GetString(bytes[..Math.Min(answer.Length, MostErrorBytes)]);
            return false;
        }

        var own = PooledArrays.Rent<byte>(answer.Length);
        bytes[..answer.Length].CopyTo(own.Memory.Span);
        var bits = (PixelFormat)answer.Format is PixelFormat.Mono16 or PixelFormat.Bgr16 ? file.SignificantBits : 0;
        if (Frame.TryCreate((PixelFormat)answer.Format, answer.Width, answer.Height, 0, own, file.CaptureTime, out pixels, out error, bits, _mostBytes)) return true;
        own.Recycle();
        return false;
    }

    /// <summary>One process and its memory; one caller at a time.</summary>
    private sealed class Decoder : IDisposable
    {
        private readonly Process _process;
        private bool _isReady;

        public Decoder(ProcessStartInfo start, int mostBytes)
        {
            Shared = SharedPixels.Create(mostBytes);
            var own = new ProcessStartInfo(start.FileName, [.. start.ArgumentList, Shared.Path, mostBytes.ToString(System.Globalization.CultureInfo.InvariantCulture)])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            _process = Process.Start(own) ?? throw new Win32Exception($"{start.FileName} did not start.");
        }

        public SharedPixels Shared { get; }

        public bool IsOverdue { get; private set; }

        /// <summary>The answer; null where the process ended, or was ended because it took too long.</summary>
        public DecoderMessage? Ask(Frame file, TimeSpan patience)
        {
            using var limit = new Timer(static decoder => ((Decoder)decoder!).End(), this, patience, Timeout.InfiniteTimeSpan);
            try
            {
                file.Data.Span.CopyTo(Shared.File);
                if (!_isReady && DecoderMessage.Read(_process.StandardOutput.BaseStream) is null) return null;
                _isReady = true;
                new DecoderMessage((int)file.Format, file.Width, file.Height, file.Data.Length, file.SignificantBits).Write(_process.StandardInput.BaseStream);
                return DecoderMessage.Read(_process.StandardOutput.BaseStream);
            }
            catch (IOException)
            {
                // It has ended: its pipes are closed.
                return null;
            }
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill();
            _process.Dispose();
            Shared.Dispose();
        }

        private void End()
        {
            IsOverdue = true;
            try
            {
                _process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It ended by itself at this moment, and was let go.
            }
        }
    }
}
