using System.CommandLine;
using AnomalyLine.Contracts.V1;
using Grpc.Net.Client;

namespace AnomalyLine.Cli.Commands;

/// <summary>Options that say which samples.</summary>
internal sealed class SampleFilterOptions
{
    private const int PageSize = 500;

    private readonly Option<string?> _station = new("--station") { Description = "Only those of this station.", HelpName = "NAME" };
    private readonly Option<string?> _state = new("--state") { Description = "Only those in this state." };
    private readonly Option<string?> _label = new("--label") { Description = "Only those with this label." };
    private readonly Option<string?> _reason = new("--reason") { Description = "Only those kept for this reason." };
    private readonly Option<bool> _suspected = new("--suspected") { Description = "Only those with a suspicion." };

    private readonly bool _canSuspect;

    /// <param name="canSuspect">Whether samples can be chosen by a suspicion.</param>
    public SampleFilterOptions(bool canSuspect = true)
    {
        _canSuspect = canSuspect;
        _state.OneOf("pending", "approved", "excluded");
        _label.OneOf("normal", "anomalous");
        _reason.OneOf("every-nth", "near-threshold", "not-ok", "imported");
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _station, _state, _label, _reason }) command.Add(option);
        if (_canSuspect) command.Add(_suspected);
    }

    /// <summary>Whether any of them is given.</summary>
    public bool IsUsed(ParseResult parsed) => new[] { _station, _state, _label, _reason }.Any(option => parsed.GetValue(option) is not null)
        || (_canSuspect && parsed.GetValue(_suspected));

    /// <summary>The same before the command runs.</summary>
    public bool IsUsed(System.CommandLine.Parsing.CommandResult result) =>
        new[] { _station, _state, _label, _reason }.Any(option => result.GetValue(option) is not null);

    public ListSamplesRequest ToRequest(ParseResult parsed)
    {
        var request = new ListSamplesRequest
        {
            Station = parsed.GetValue(_station) ?? "",
            State = ToState(parsed.GetValue(_state)),
            Label = ToLabel(parsed.GetValue(_label)),
            Reason = parsed.GetValue(_reason) switch
            {
                "every-nth" => SampleReason.EveryNth,
                "near-threshold" => SampleReason.NearThreshold,
                "not-ok" => SampleReason.NotOk,
                "imported" => SampleReason.Imported,
                _ => SampleReason.Unspecified,
            },
        };
        if (_canSuspect && parsed.GetValue(_suspected)) request.Suspected = true;
        return request;
    }

    /// <summary>All that match, page by page.</summary>
    public static async IAsyncEnumerable<Sample> ReadAsync(GrpcChannel channel, ListSamplesRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var client = new SampleService.SampleServiceClient(channel);
        request = new ListSamplesRequest(request) { PageSize = PageSize };
        while (true)
        {
            var page = await client.ListSamplesAsync(request, cancellationToken: cancel);
            foreach (var sample in page.Samples) yield return sample;
            if (page.Samples.Count < PageSize) yield break;
            request.AfterId = page.Samples[^1].Id;
        }
    }

    public static SampleState ToState(string? state) => state switch
    {
        "pending" => SampleState.Pending,
        "approved" => SampleState.Approved,
        "excluded" => SampleState.Excluded,
        _ => SampleState.Unspecified,
    };

    public static SampleLabel ToLabel(string? label) => label switch
    {
        "normal" => SampleLabel.Normal,
        "anomalous" => SampleLabel.Anomalous,
        _ => SampleLabel.Unspecified,
    };
}
