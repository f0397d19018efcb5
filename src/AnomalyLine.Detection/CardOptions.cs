using System.Globalization;

namespace AnomalyLine.Detection;

/// <summary>How models judge on a card (docs/adr/0064-judging-in-one-graph.md). The defaults are reasoned, not measured: no card was at hand.</summary>
public sealed class CardOptions
{
    /// <summary>Largest number of a card.</summary>
    private const int LastDevice = 15;

    /// <summary>What computes. Default <see cref="CardProvider.Cuda"/>.</summary>
    public CardProvider Provider { get; set; }

    /// <summary>Numbers of the cards that may be used, 0..15, with commas, as CUDA_VISIBLE_DEVICES leaves them. A model goes to the one that has the fewest. Default 0.</summary>
    public string Devices { get; set; } = "0";

    /// <summary>Most of a card's memory that one model's session takes for weights and inner values, bytes, at least 64 MiB; 0 for no bound. Default 0.</summary>
    public long MemoryLimitBytes { get; set; }

    /// <summary>Whether a batch of a size is recorded once and replayed as a CUDA graph, which saves the launch of each kernel. Default false: it takes memory for each size of a batch.</summary>
    public bool CudaGraphs { get; set; }

    /// <summary>Whether copies between nodes that run on the card and on the processor have a stream of their own. Default false.</summary>
    public bool CopyStream { get; set; }

    /// <summary>Where TensorRT keeps its engines, which are of one card and one version; empty, the default, for the folder tensorrt in the server's data folder.</summary>
    public string CacheFolder { get; set; } = "";

    /// <summary>The numbers of <see cref="Devices"/>; empty where they cannot be read.</summary>
    public IReadOnlyList<int> DeviceNumbers
    {
        get
        {
            var numbers = new List<int>();
            foreach (var text in Devices.Split(',', StringSplitOptions.TrimEntries))
            {
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > LastDevice) return [];
                numbers.Add(number);
            }

            return [.. numbers.Distinct()];
        }
    }

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enum.IsDefined(Provider)) yield return $"{nameof(Provider)} is {Provider}; use Cuda, TensorRt or Cpu.";
        if (DeviceNumbers.Count == 0) yield return $"{nameof(Devices)} is \"{Devices}\"; use numbers of 0..{LastDevice} with commas, such as 0, 1.";
        if (MemoryLimitBytes is not 0 and < 64L << 20) yield return $"{nameof(MemoryLimitBytes)} is {MemoryLimitBytes}; use 0 for no bound, or {64L << 20} and more.";
    }
}
