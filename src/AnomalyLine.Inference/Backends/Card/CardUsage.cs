using System.Runtime.InteropServices;

namespace AnomalyLine.Inference.Backends.Card;

/// <summary>How much of a card is used at this moment, by this process and all others.</summary>
/// <param name="Device">The card's number.</param>
/// <param name="UsedBytes">Of its memory.</param>
/// <param name="UtilisationPercent">Share of the last moments in which it computed, 0..100.</param>
public sealed partial record CardUsage(int Device, long UsedBytes, int UtilisationPercent)
{
    /// <summary>NVIDIA's management library, which comes with the driver.</summary>
    private const string Library = "libnvidia-ml.so.1";

    private static readonly Lazy<(CardDevice Device, nint Handle)[]> s_cards = new(Open);

    /// <summary>All cards that can judge; none where there are none, or where the library is missing. Any thread.</summary>
    public static IReadOnlyList<CardUsage> Read() => [.. s_cards.Value.Select(card => ReadOf(card.Device, card.Handle)).OfType<CardUsage>()];

    private static CardUsage? ReadOf(CardDevice device, nint handle) =>
        GetMemory(handle, out var memory) == 0 && GetUtilisation(handle, out var utilisation) == 0 ? new CardUsage(device.Index, (long)memory.Used, (int)utilisation.Card) : null;

    private static (CardDevice, nint)[] Open()
    {
        if (!CardProbe.Report.IsUsable || !NativeLibrary.TryLoad(Library, out _) || Initialise() != 0) return [];
        return [.. CardProbe.Report.Devices.Select(device => (device, GetHandle(device.BusId, out var handle) == 0 ? handle : 0)).Where(card => card.Item2 != 0)];
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Memory
    {
        public readonly ulong Total;
        public readonly ulong Free;
        public readonly ulong Used;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Utilisation
    {
        public readonly uint Card;
        public readonly uint Memory;
    }

    [LibraryImport(Library, EntryPoint = "nvmlInit_v2")]
    private static partial int Initialise();

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByPciBusId_v2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetHandle(string busId, out nint handle);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetMemoryInfo")]
    private static partial int GetMemory(nint handle, out Memory memory);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetUtilizationRates")]
    private static partial int GetUtilisation(nint handle, out Utilisation utilisation);
}
