using System.CommandLine;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline audit`: who changed what on a server.</summary>
internal static class AuditCommand
{
    private const int PageSize = 1000;

    public static Command Create(Output output) => new("audit", "Who changed what on a server, when and from where.") { List(output), Verify(output), Export(output) };

    private static Command List(Output output)
    {
        var subject = new Option<string?>("--subject") { Description = "Only the changes of one subject, such as a station.", HelpName = "NAME" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("list", "List the changes, oldest first.") { subject, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var entries = await ReadAsync(parsed.GetRequiredValue(server), parsed.GetValue(subject) ?? "", cancel).ToListAsync(cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { entries = entries.Select(Describe) });
            else TextTable.Write(output.Result, ["SEQUENCE", "TIME", "USER", "FROM", "ACTION", "SUBJECT", "OLD", "NEW"], entries.Select(Row));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Verify(Output output)
    {
        var head = new Option<string?>("--head") { Description = "Hash that was noted earlier as the head of so many --entries: shows entries cut off since.", HelpName = "HASH" };
        var entries = new Option<ulong?>("--entries") { Description = "Number of entries when --head was noted.", HelpName = "N" };
        var anchors = new Option<string?>("--anchors")
        {
            Description = "File of what was kept elsewhere, any number of entries: messages of syslog as a collector has them, or an export of the audit. Shows each that is another one now, or missing.",
            HelpName = "FILE",
        };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("verify", "Compute the chain of hashes again; exit code 1 names the first entry that is not as it was written.") { head, entries, anchors, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var client = new AuditService.AuditServiceClient(channel);
            var check = await client.VerifyAuditAsync(new VerifyAuditRequest(), cancellationToken: cancel);
            if (check.FirstBrokenSequence == 0 && parsed.GetValue(head) is { } noted)
            {
                var at = parsed.GetValue(entries) ?? check.Entries;
                var isRemoved = at <= check.RemovedThrough;
                var page = await client.ListAuditEntriesAsync(new ListAuditEntriesRequest { AfterSequence = isRemoved ? at : at - 1, PageSize = 1 }, cancellationToken: cancel);
                // Of what was removed, the entry behind it still has the last hash.
                if (at < check.RemovedThrough) (check.FirstBrokenSequence, check.Reason) = (at, $"entry {at} was removed, with all up to {check.RemovedThrough}, because it was old enough, and cannot be compared; use a head that was noted later");
                else if (isRemoved) (check.FirstBrokenSequence, check.Reason) = page.Entries is [{ } behind] && behind.PreviousHash == noted ? (0, "") : (at, $"the head that was noted is {noted}, but entry {at}, the last one that was removed, had another hash: the chain was made anew");
                else if (page.Entries.Count == 0) (check.FirstBrokenSequence, check.Reason) = (check.Entries + 1, $"there were {at} entries when the head was noted; now there are {check.Entries}");
                else if (page.Entries[0].Hash != noted) (check.FirstBrokenSequence, check.Reason) = (at, $"the head that was noted is {noted}, but entry {at} has {page.Entries[0].Hash}: the chain was made anew");
            }

            var kept = 0;
            if (check.FirstBrokenSequence == 0 && parsed.GetValue(anchors) is { } file)
            {
                var read = AuditAnchors.Read(file);
                kept = read.Count;
                if (await read.FindBrokenAsync(ReadAsync(parsed.GetRequiredValue(server), "", cancel), check.RemovedThrough) is { } broken) (check.FirstBrokenSequence, check.Reason) = broken;
            }

            var good = check.FirstBrokenSequence == 0;
            if (parsed.GetValue(json)) output.WriteJson(new { good, entries = check.Entries, head = check.Head, firstBroken = good ? (ulong?)null : check.FirstBrokenSequence, reason = check.Reason, removedThrough = check.RemovedThrough });
            else if (good) await output.Result.WriteLineAsync($"{check.Entries} entries are as they were written{(kept > 0 ? $", {kept} of them as they were kept elsewhere" : "")}{(check.RemovedThrough > 0 ? $"; those up to {check.RemovedThrough} were removed because they were old enough" : "")}; head {check.Head}. Note both elsewhere.");
            else await output.Error.WriteLineAsync($"anomalyline audit verify: the first broken entry is {check.FirstBrokenSequence}: {check.Reason}.");
            return good ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Command Export(Output output)
    {
        var to = new Option<string>("--to") { Description = "File to write: one JSON object a line, with all that the hashes cover.", Required = true, HelpName = "FILE" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("export", "Write all changes to a file.") { to, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var path = parsed.GetRequiredValue(to);
            var count = 0;
            await using (var file = new StreamWriter(path))
            {
                var lines = new Output(file, TextWriter.Null, isTerminal: false);
                await foreach (var entry in ReadAsync(parsed.GetRequiredValue(server), "", cancel))
                {
                    lines.WriteJson(Describe(entry));
                    count++;
                }
            }

            if (parsed.GetValue(json)) output.WriteJson(new { entries = count, file = path });
            else await output.Result.WriteLineAsync($"{path}: {count} entries.");
            return ExitCode.Done;
        });
        return command;
    }

    private static async IAsyncEnumerable<AuditEntry> ReadAsync(ServerAddress server, string subject, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var channel = ServerChannel.Open(server);
        var client = new AuditService.AuditServiceClient(channel);
        for (ulong after = 0; ;)
        {
            var page = await client.ListAuditEntriesAsync(new ListAuditEntriesRequest { AfterSequence = after, Subject = subject, PageSize = PageSize }, cancellationToken: cancel);
            foreach (var entry in page.Entries) yield return entry;
            if (page.Entries.Count < PageSize) yield break;
            after = page.Entries[^1].Sequence;
        }
    }

    private static IReadOnlyList<string> Row(AuditEntry entry) =>
    [
        $"{entry.Sequence}", $"{entry.Time?.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss}", entry.User, entry.Origin, entry.Action, entry.Subject, Short(entry.OldValue), Short(entry.NewValue),
    ];

    private static string Short(string value) => value.Length <= 60 ? value : value[..59] + "…";

    private static object Describe(AuditEntry entry) => new
    {
        sequence = entry.Sequence,
        time = entry.Time?.ToDateTime().ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        user = entry.User,
        origin = entry.Origin,
        action = entry.Action,
        subject = entry.Subject,
        oldValue = entry.OldValue,
        newValue = entry.NewValue,
        previousHash = entry.PreviousHash,
        hash = entry.Hash,
    };
}
