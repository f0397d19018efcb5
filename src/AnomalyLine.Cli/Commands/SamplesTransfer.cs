using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Imaging.Datasets;
using Google.Protobuf;
using Grpc.Net.Client;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline samples import` and `export`: between folders and a server.</summary>
internal static class SamplesTransfer
{
    private const string DefaultDefect = "defect";

    public static Command Import(Output output)
    {
        var folder = new Argument<string>("folder") { Description = "A folder of pictures, or one in MVTec AD layout, whose folders say what the parts are." };
        var station = new Option<string>("--station") { Description = "Name of the station.", Required = true, HelpName = "NAME" };
        var label = new Option<string>("--label") { Description = "What the parts of a plain folder are.", DefaultValueFactory = _ => "normal" }.OneOf("normal", "anomalous");
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("import", "Bring pictures in as samples; they wait for review.") { folder, station, label, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            List<string> notes = [], unreadable = [];
            var files = Find(parsed.GetRequiredValue(folder), SampleFilterOptions.ToLabel(parsed.GetValue(label)), notes);
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var client = new SampleService.SampleServiceClient(channel);
            var ids = new HashSet<ulong>();
            foreach (var (path, kind, defect) in files)
            {
                if (!TryRead(path, out var png, out var error))
                {
                    unreadable.Add(error);
                    continue;
                }

                var request = new ImportSampleRequest { Station = parsed.GetRequiredValue(station), Data = UnsafeByteOperations.UnsafeWrap(png), Label = kind, Defect = defect };
                ids.Add((await client.ImportSampleAsync(request, cancellationToken: cancel)).Sample.Id);
            }

            var read = files.Count - unreadable.Count;
            notes.AddRange(unreadable.Select(error => $"left out, for it cannot be read: {error}"));
            if (read == 0) throw new CommandException($"none of {files.Count} files can be read; the first: {unreadable[0]}");
            if (parsed.GetValue(json)) output.WriteJson(new { files = read, ids, notes, unreadable });
            else await output.Result.WriteLineAsync($"{read} files are {ids.Count} samples; approve them with 'anomalyline samples review --station {parsed.GetRequiredValue(station)} --reason imported --as approved'.");
            if (!parsed.GetValue(json)) output.WriteNotes(notes);
            return unreadable.Count == 0 ? ExitCode.Done : ExitCode.Partly;
        });
        return command;
    }

    private static bool TryRead(string path, [NotNullWhen(true)] out byte[]? png, [NotNullWhen(false)] out string? error)
    {
        png = null;
        try
        {
            if (FrameFile.TryWritePng(FrameFile.Read(path), out png, out _, out _, out error)) return true;
            error = $"{path}: {error}";
        }
        catch (DatasetException e)
        {
            error = e.Message;
        }

        return false;
    }

    public static Command Export(Output output)
    {
        var filter = new SampleFilterOptions();
        var to = new Option<string>("--to") { Description = "Folder to write in MVTec AD layout: train/good, test/good, test/KIND.", Required = true, HelpName = "DIR" };
        var share = new Option<double>("--test-share") { Description = "Share of the normal ones that goes to test/good; which ones depends on the pictures alone.", DefaultValueFactory = _ => 0.2, HelpName = "X" }.Within(0.0, 1.0);
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("export", "Write samples to a folder that 'train' and 'evaluate' read; approved ones unless --state says otherwise.") { to, share, server, json };
        filter.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = filter.ToRequest(parsed);
            if (request.State is SampleState.Unspecified) request.State = SampleState.Approved;
            var counts = await WriteAsync(channel, request, parsed.GetRequiredValue(to), parsed.GetValue(share), cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { folder = parsed.GetRequiredValue(to), counts });
            else TextTable.Write(output.Result, ["FOLDER", "SAMPLES"], counts.Select(IReadOnlyList<string> (pair) => [pair.Key, $"{pair.Value}"]));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<SortedDictionary<string, int>> WriteAsync(GrpcChannel channel, ListSamplesRequest request, string to, double share, CancellationToken cancel)
    {
        var client = new SampleService.SampleServiceClient(channel);
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await foreach (var sample in SampleFilterOptions.ReadAsync(channel, request, cancel))
        {
            var picture = await client.GetSampleImageAsync(new GetSampleImageRequest { Id = sample.Id }, cancellationToken: cancel);
            if (Convert.ToHexStringLower(SHA256.HashData(picture.Data.Span)) != sample.Sha256)
                throw new CommandException($"the picture of sample {sample.Id} on the server is damaged; exclude the sample or restore its file from a backup.");
            var folder = sample.Label is SampleLabel.Anomalous ? $"test/{(sample.Defect.Length > 0 ? DatasetFrame.FolderOf(sample.Defect) : DefaultDefect)}"
                : IsForTest(sample.Sha256, share) ? "test/good" : "train/good";
            Directory.CreateDirectory(Path.Combine(to, folder));
            await File.WriteAllBytesAsync(Path.Combine(to, folder, $"{sample.Station}-{sample.Id:D8}.png"), picture.Data.ToByteArray(), cancel);
            counts[folder] = counts.GetValueOrDefault(folder) + 1;
        }

        return counts;
    }

    /// <summary>By the picture, so that it stays on its side when there are more samples.</summary>
    private static bool IsForTest(string sha256, double share) => Convert.ToUInt32(sha256[..8], 16) < share * uint.MaxValue;

    private static List<(string Path, SampleLabel Label, string Defect)> Find(string folder, SampleLabel label, List<string> notes)
    {
        if (!Directory.Exists(folder)) throw new CommandException($"{folder}: no such folder.");
        if (!Directory.Exists(Path.Combine(folder, "train")) && !Directory.Exists(Path.Combine(folder, "test")))
        {
            var listing = FrameListing.Of(folder);
            if (listing.Note(folder) is { } note) notes.Add(note);
            return listing.Frames.Count > 0 ? [.. listing.Frames.Select(path => (path, label, ""))]
                : throw new CommandException($"{folder}: holds no picture; name a folder with {FrameListing.Types} files.{string.Concat(notes.Select(n => " " + n))}");
        }

        var data = DatasetFolder.OpenToTest(folder);
        notes.AddRange(data.Notes);
        return
        [
            .. data.TrainNormals.Select(path => (path, SampleLabel.Normal, "")),
            .. data.TestFrames.Select(frame => (frame.Path, frame.IsNormal ? SampleLabel.Normal : SampleLabel.Anomalous, frame.IsNormal ? "" : frame.DefectKind)),
        ];
    }
}
