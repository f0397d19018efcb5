using System.Text.Json;
using AnomalyLine.Learning.Training;
using AnomalyLine.Management.Processes;

namespace AnomalyLine.Management.Training;

/// <summary>
/// Runs a training in a child process at the lowest CPU priority, so that neither its memory nor a crash of it touches the line. It ends with its parent.
/// </summary>
public static class TrainerProcess
{
    /// <summary>First argument of a program that is to be a trainer; the second is the path of a <see cref="TrainingRequest"/> as JSON.</summary>
    public const string Argument = "--trainer";

    /// <summary>First argument of a program that is to do a job; the second is the path of a <see cref="JobWork"/> as JSON.</summary>
    public const string JobArgument = "--trainer-job";

    private const int KeptErrorLines = 10;

    /// <summary>Trains with this very program in trainer mode.</summary>
    /// <param name="request">What to train.</param>
    /// <param name="onProgress">Gets each line of progress, one at a time.</param>
    /// <param name="cancellationToken">Ends the process at once; its model file is not written.</param>
    /// <exception cref="TrainingFailedException">The training failed or its process died.</exception>
    public static async Task RunAsync(TrainingRequest request, Action<TrainerLine> onProgress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var file = Path.GetFullPath(request.Output) + ".request.json";
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(request), cancellationToken);
        try
        {
            await RunAsync(ChildCommand.ThisProgram(Argument, file).Nice(), onProgress, cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The command that does a job with this very program.</summary>
    /// <param name="workFile">Path of a <see cref="JobWork"/> as JSON.</param>
    /// <param name="threads">Threads of the engine; 0 for as many as there are cores.</param>
    public static ChildCommand Job(string workFile, int threads)
    {
        var command = ChildCommand.ThisProgram(JobArgument, workFile).Nice();
        return threads == 0 ? command : command with { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["OMP_NUM_THREADS"] = $"{threads}" } };
    }

    /// <summary>Trains with any command that speaks <see cref="TrainerLine"/> on its standard output and exits with 0 when it has succeeded.</summary>
    internal static async Task RunAsync(ChildCommand command, Action<TrainerLine> onProgress, CancellationToken cancellationToken, Action<string>? onError = null)
    {
        var errors = new Queue<string>();
        TrainerLine? last = null;
        await using var child = ChildProcess.Start(command, Read, Keep);
        var code = await child.WaitAsync(cancellationToken);
        if (code == 0) return;
        var why = last is { Phase: TrainerLine.Failed } ? last.Message : string.Join('\n', errors);
        throw new TrainingFailedException($"The trainer ended with code {code}: {(why.Length > 0 ? why : "it gave no reason; see the system log for a lack of memory")}");

        void Read(string line)
        {
            if (TrainerLine.Parse(line) is not { } read) return;
            last = read;
            onProgress(read);
        }

        void Keep(string line)
        {
            onError?.Invoke(line);
            errors.Enqueue(line);
            if (errors.Count > KeptErrorLines) errors.Dequeue();
        }
    }
}
