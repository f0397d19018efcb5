using System.Runtime.InteropServices;

namespace AnomalyLine.Server.Hosting;

/// <summary>
/// What native libraries (libpng, FFmpeg) print of a bad file, as events of the log instead of lines between them. The C library's streams <c>stderr</c> and <c>stdout</c> are
/// replaced by one whose lines come here, on the thread that prints them; the descriptors 1 and 2 stay as they are, so that the log, and what the runtime or the C library says of a
/// crash, still reach them. Once in a process; Linux with glibc.
/// </summary>
internal sealed partial class NativeMessages : IDisposable
{
    private const int LineBuffered = 1;
    private static readonly string[] s_streams = ["stderr", "stdout"];
    private readonly ILogger _logger;
    private readonly StreamFunctions _functions;
    private readonly (nint Variable, nint Before)[] _replaced;

    private NativeMessages(ILogger logger)
    {
        _logger = logger;
        _functions = new StreamFunctions { Write = Log };
        var stream = OpenStream(0, "w", _functions);
        if (stream == 0) throw new InvalidOperationException($"The C library opens no stream: error {Marshal.GetLastPInvokeError()}.");
        _ = Buffer(stream, 0, LineBuffered, 0);

        // By the program's own scope, as the libraries find them too.
        var program = NativeLibrary.GetMainProgramHandle();
        _replaced = [.. s_streams.Select(name => NativeLibrary.GetExport(program, name)).Select(variable => (variable, Marshal.ReadIntPtr(variable)))];
        foreach (var (variable, _) in _replaced) Marshal.WriteIntPtr(variable, stream);
    }

    private delegate nint WriteFunction(nint cookie, nint text, nint length);

    /// <summary>From here on to the log.</summary>
    /// <exception cref="InvalidOperationException">The C library opens no stream.</exception>
    public static NativeMessages ToLog(ILogger logger) => new(logger);

    /// <summary>Puts the streams back. The one between stays: a thread may be printing to it.</summary>
    public void Dispose()
    {
        foreach (var (variable, before) in _replaced) Marshal.WriteIntPtr(variable, before);
    }

    /// <summary>Called by the C library with whole lines, or the beginning of one that is longer than its buffer.</summary>
    /// <returns>The length: all of it was taken. The C library takes no exceptions.</returns>
    private nint Log(nint cookie, nint text, nint length)
    {
        foreach (var line in Marshal.PtrToStringUTF8(text, (int)length).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) Printed(_logger, line);
        return length;
    }

    [LoggerMessage(EventId = 151, Level = LogLevel.Warning, Message = "A native library says: {Line}")]
    private static partial void Printed(ILogger logger, string line);

    [DllImport("libc", EntryPoint = "fopencookie", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint OpenStream(nint cookie, string mode, StreamFunctions functions);

    [DllImport("libc", EntryPoint = "setvbuf")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Buffer(nint stream, nint buffer, int mode, nint size);

    /// <summary>glibc's cookie_io_functions_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct StreamFunctions
    {
        public nint Read;
        public WriteFunction Write;
        public nint Seek;
        public nint Close;
    }
}
