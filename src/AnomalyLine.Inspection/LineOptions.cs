using AnomalyLine.Detection;

namespace AnomalyLine.Inspection;

/// <summary>How a line runs on this machine. Read once when the line is opened.</summary>
public sealed class LineOptions
{
    /// <summary>Folder of the log; made where it is missing. One line at a time can have it.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>Most frames that go through a model together, 1..256. Default 8.</summary>
    public int MaxBatchSize { get; set; } = 8;

    /// <summary>Longest wait of a batch's first frame for others that are being prepared for the same model, 0..1 s. Default 2 ms. A frame that is alone does not wait.</summary>
    public TimeSpan MaxBatchDelay { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>What computes the networks. Default <see cref="ServingEngine.Auto"/>: measured for each model when it is loaded.</summary>
    public ServingEngine Engine { get; set; }

    /// <summary>
    /// Threads of one pass through a network, 0..1024; 0 for as many as there are cores. Default 0: a lone frame is judged soonest so, and models that judge at once lose little
    /// (docs/benchmarks.md#threads); 1 where only the rate of many models counts.
    /// </summary>
    public int EngineThreads { get; set; }

    /// <summary>How models judge on a card, where <see cref="Engine"/> takes one.</summary>
    public CardOptions Card { get; set; } = new();

    /// <summary>Whether CUDA may round float32 to TF32 (10 bits) where it multiplies. Default false; without effect on the processor.</summary>
    public bool TensorFloat32 { get; set; }

    /// <summary>
    /// Frames of one station that can wait for one model, 1..65536; a further one of this station is answered Overloaded at once, those of other
    /// stations are not. Default 64.
    /// </summary>
    public int QueueCapacity { get; set; } = 64;

    /// <summary>
    /// A frame is decided this long before its deadline, so that log and network have time for the answer, 0..1 s; never more than half of the deadline.
    /// Default 10 ms.
    /// </summary>
    public TimeSpan AnswerMargin { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Memory for the frames and anomaly maps of a station's last inspections, bytes, at least 0. Default 64 MiB.</summary>
    public long EvidenceBytesPerStation { get; set; } = 64L * 1024 * 1024;

    /// <summary>The same of all stations together, bytes, at least 0: where they want more, each has an equal share. Null, the default, for no bound but those of the stations.</summary>
    public long? EvidenceBytes { get; set; }

    /// <summary>Inspections that a feed's subscriber can be behind before it is cut off, 1..1048576. Default 4096.</summary>
    public int SubscriberCapacity { get; set; } = 4096;

    /// <summary>How far a frame's capture time may be ahead of this machine's clock, 0..1 d; further ahead it is marked as uncertain. Default 5 s.</summary>
    public TimeSpan CaptureTimeAhead { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How far a frame's capture time may be behind this machine's clock, 0..366 d; further behind it is marked as uncertain. Default 1 h.</summary>
    public TimeSpan CaptureTimeBehind { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Inspections that the log keeps of each station, the newest, at least 1. Default 1000000.</summary>
    public long RetainedInspectionsPerStation { get; set; } = 1_000_000;

    /// <summary>How long the log keeps the inspections of a station that was removed, at least 0; after that they go but for the newest, which has the station's number. Default 90 d.</summary>
    public TimeSpan RemovedStationRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>What an answered inspection survives. Default <see cref="LogDurability.Full"/>.</summary>
    public LogDurability LogDurability { get; set; }

    /// <summary>Longest wait for another program that has locked the log, 1..60 s; whole seconds. Default 1 s.</summary>
    public TimeSpan LogBusyTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Require(!string.IsNullOrWhiteSpace(DataFolder), $"{nameof(DataFolder)} is empty; name a folder.");
        Require(MaxBatchSize is >= 1 and <= 256, $"{nameof(MaxBatchSize)} is {MaxBatchSize}; use 1..256.");
        Require(IsAtMostASecond(MaxBatchDelay), $"{nameof(MaxBatchDelay)} is {MaxBatchDelay}; use 0..1 s.");
        Require(EngineThreads is >= 0 and <= 1024, $"{nameof(EngineThreads)} is {EngineThreads}; use 1..1024, or 0 for as many as there are cores.");
        Require(QueueCapacity is >= 1 and <= 65536, $"{nameof(QueueCapacity)} is {QueueCapacity}; use 1..65536.");
        Require(IsAtMostASecond(AnswerMargin), $"{nameof(AnswerMargin)} is {AnswerMargin}; use 0..1 s.");
        Require(EvidenceBytesPerStation >= 0, $"{nameof(EvidenceBytesPerStation)} is {EvidenceBytesPerStation}; use 0 or more.");
        Require(EvidenceBytes is null or >= 0, $"{nameof(EvidenceBytes)} is {EvidenceBytes}; use 0 or more.");
        Require(SubscriberCapacity is >= 1 and <= 1 << 20, $"{nameof(SubscriberCapacity)} is {SubscriberCapacity}; use 1..{1 << 20}.");
        Require(CaptureTimeAhead >= TimeSpan.Zero && CaptureTimeAhead <= TimeSpan.FromDays(1), $"{nameof(CaptureTimeAhead)} is {CaptureTimeAhead}; use 0..1 d.");
        Require(CaptureTimeBehind >= TimeSpan.Zero && CaptureTimeBehind <= TimeSpan.FromDays(366), $"{nameof(CaptureTimeBehind)} is {CaptureTimeBehind}; use 0..366 d.");
        Require(RemovedStationRetention >= TimeSpan.Zero, $"{nameof(RemovedStationRetention)} is {RemovedStationRetention}; use 0 or more.");
        Require(RetainedInspectionsPerStation >= 1, $"{nameof(RetainedInspectionsPerStation)} is {RetainedInspectionsPerStation}; use 1 or more.");
        Require(Enum.IsDefined(Engine), $"{nameof(Engine)} is {Engine}; use Auto, Torch, Onnx, Bfloat16 or Card.");
        errors.AddRange(Card.Validate().Select(error => $"{nameof(Card)}:{error}"));
        Require(Enum.IsDefined(LogDurability), $"{nameof(LogDurability)} is {LogDurability}; use Full or Normal.");
        Require(
            LogBusyTimeout >= TimeSpan.FromSeconds(1) && LogBusyTimeout <= TimeSpan.FromMinutes(1),
            $"{nameof(LogBusyTimeout)} is {LogBusyTimeout}; use 1..60 s.");
        return errors;

        void Require(bool holds, string error)
        {
            if (!holds) errors.Add(error);
        }

        static bool IsAtMostASecond(TimeSpan time) => time >= TimeSpan.Zero && time <= TimeSpan.FromSeconds(1);
    }
}
