using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using AnomalyLine.Camera.Sources;
using AnomalyLine.Client;

namespace AnomalyLine.Camera.GenICam;

/// <summary>What every call of libaravis needs: that the library is there, and its errors in words.</summary>
internal static unsafe class AravisCall
{
    /// <summary>Looks for the library.</summary>
    /// <exception cref="CommandException">It is not on this machine.</exception>
    public static void RequireLibrary()
    {
        if (!NativeLibrary.TryLoad(Aravis.Library, typeof(Aravis).Assembly, DllImportSearchPath.SafeDirectories, out _))
            throw new CommandException($"GigE Vision and USB3 Vision cameras need the library {Aravis.Library}, which is not on this machine; install Debian's or Ubuntu's package {Aravis.Package}.");
    }

    /// <summary>Takes an error's words and frees it; null without an error.</summary>
    public static string? Take(Aravis.Error* error)
    {
        if (error == null) return null;
        var text = Text(error->Message);
        Aravis.g_clear_error(ref error);
        return RpcFailure.OneLine(text);
    }

    /// <summary>Fails where there is an error.</summary>
    /// <exception cref="SourceException">There is one.</exception>
    public static void Check(Aravis.Error* error, string what)
    {
        if (Take(error) is { } text) Fail(what, text);
    }

    /// <summary>A text of the library; empty for none.</summary>
    public static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";

    [DoesNotReturn]
    private static void Fail(string what, string text) => throw new SourceException($"{what}: {text.TrimEnd('.')}.");
}
