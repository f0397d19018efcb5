using System.Collections.Frozen;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Alarms;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Production;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Cameras;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Enums of the contract and the server's own, by name: a member that is inserted on one side changes nothing of the others.</summary>
internal static class EnumWire
{
    /// <summary>Every pair, for the test that holds both sides together.</summary>
    public static IReadOnlyList<(Type Domain, Type Wire)> Pairs { get; } =
    [
        (typeof(Verdict), typeof(Wire.Verdict)), (typeof(ReasonCode), typeof(Wire.ReasonCode)), (typeof(StationMode), typeof(Wire.StationMode)),
        (typeof(PixelFormat), typeof(Wire.PixelFormat)), (typeof(SampleReason), typeof(Wire.SampleReason)), (typeof(SampleLabel), typeof(Wire.SampleLabel)),
        (typeof(SampleState), typeof(Wire.SampleState)), (typeof(JobState), typeof(Wire.JobState)), (typeof(ModelStage), typeof(Wire.ModelStage)),
        (typeof(AccessRole), typeof(Wire.Role)), (typeof(AlarmKind), typeof(Wire.AlarmKind)), (typeof(AlarmSeverity), typeof(Wire.AlarmSeverity)),
        (typeof(ReportGrouping), typeof(Wire.ProductionGrouping)), (typeof(CameraTrigger), typeof(Wire.CameraTrigger)),
    ];

    public static Wire.Verdict ToWire(this Verdict verdict) => Pair<Verdict, Wire.Verdict>.ToWire.GetValueOrDefault(verdict);

    public static Wire.ReasonCode ToWire(this ReasonCode code) => Pair<ReasonCode, Wire.ReasonCode>.ToWire[code];

    public static Wire.StationMode ToWire(this StationMode mode) => Pair<StationMode, Wire.StationMode>.ToWire[mode];

    public static Wire.SampleReason ToWire(this SampleReason reason) => Pair<SampleReason, Wire.SampleReason>.ToWire[reason];

    public static Wire.SampleLabel ToWire(this SampleLabel label) => Pair<SampleLabel, Wire.SampleLabel>.ToWire.GetValueOrDefault(label);

    public static Wire.SampleState ToWire(this SampleState state) => Pair<SampleState, Wire.SampleState>.ToWire[state];

    public static Wire.JobState ToWire(this JobState state) => Pair<JobState, Wire.JobState>.ToWire[state];

    public static Wire.ModelStage ToWire(this ModelStage stage) => Pair<ModelStage, Wire.ModelStage>.ToWire[stage];

    public static Wire.Role ToWire(this AccessRole role) => Pair<AccessRole, Wire.Role>.ToWire[role];

    public static Wire.AlarmKind ToWire(this AlarmKind kind) => Pair<AlarmKind, Wire.AlarmKind>.ToWire[kind];

    public static Wire.AlarmSeverity ToWire(this AlarmSeverity severity) => Pair<AlarmSeverity, Wire.AlarmSeverity>.ToWire[severity];

    public static Wire.CameraTrigger ToWire(this CameraTrigger trigger) => Pair<CameraTrigger, Wire.CameraTrigger>.ToWire[trigger];

    /// <summary>The format, or null where it is none that this release knows.</summary>
    public static PixelFormat? ToPixelFormat(this Wire.PixelFormat format) => Find<PixelFormat, Wire.PixelFormat>(format);

    /// <summary>The server's own member.</summary>
    /// <param name="wire">As the caller sent it.</param>
    /// <param name="field">Path of the field as the contract spells it.</param>
    /// <exception cref="global::Grpc.Core.RpcException">It is none that this release knows.</exception>
    public static TDomain FromWire<TDomain, TWire>(TWire wire, string field)
        where TDomain : struct, Enum
        where TWire : struct, Enum =>
        Find<TDomain, TWire>(wire) ?? throw LineErrors.InvalidArgument(
            field, $"is {wire:D}; send one of {string.Join(", ", Pair<TDomain, TWire>.FromWire.Keys.Order().Select(known => $"{known:D} ({known})"))}.");

    /// <summary>The same; null for the contract's member that says nothing.</summary>
    public static TDomain? FromWireOrNull<TDomain, TWire>(TWire wire, string field)
        where TDomain : struct, Enum
        where TWire : struct, Enum =>
        EqualityComparer<TWire>.Default.Equals(wire, default) ? null : FromWire<TDomain, TWire>(wire, field);

    private static TDomain? Find<TDomain, TWire>(TWire wire)
        where TDomain : struct, Enum
        where TWire : struct, Enum => Pair<TDomain, TWire>.FromWire.TryGetValue(wire, out var found) ? found : null;

    private static class Pair<TDomain, TWire>
        where TDomain : struct, Enum
        where TWire : struct, Enum
    {
        public static readonly FrozenDictionary<TDomain, TWire> ToWire = Enum.GetValues<TDomain>()
            .Where(domain => Enum.TryParse<TWire>(domain.ToString(), ignoreCase: true, out _))
            .ToFrozenDictionary(domain => domain, domain => Enum.Parse<TWire>(domain.ToString(), ignoreCase: true));

        public static readonly FrozenDictionary<TWire, TDomain> FromWire = ToWire
            .Where(pair => !EqualityComparer<TWire>.Default.Equals(pair.Value, default)).ToFrozenDictionary(pair => pair.Value, pair => pair.Key);
    }
}
