using System.Text.Json;
using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Training;

namespace AnomalyLine.Management.Training;

/// <summary>The inside of a trainer process: trains what a request file says, tells of it on standard output, ends when standard input does.</summary>
public static class TrainerHost
{
    private static readonly Lock s_output = new();

    /// <summary>Trains.</summary>
    /// <param name="requestFile">Path of a <see cref="TrainingRequest"/> as JSON.</param>
    /// <returns>0 when the model is written, 1 when it is not; the last line on standard output says why.</returns>
    public static async Task<int> RunAsync(string requestFile)
    {
        _ = EndWithParentAsync();
        try
        {
            var request = JsonSerializer.Deserialize<TrainingRequest>(await File.ReadAllBytesAsync(requestFile))
                ?? throw new TrainingException($"{requestFile} holds no request.");
            var result = await Task.Factory.StartNew(
                () => Trainer.Train(request, new Reporter()), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Write(new TrainerLine(TrainerLine.Done, 1, null, $"trained {result.Version}"));
            return 0;
        }
        catch (Exception failure) when (failure is TrainingException or DatasetException or TorchEngineException or ModelFileException or JsonException or IOException)
        {
            Write(new TrainerLine(TrainerLine.Failed, 0, null, failure.Message));
            return 1;
        }
    }

    /// <summary>Nobody writes to standard input: its end means that the parent is gone.</summary>
    private static async Task EndWithParentAsync()
    {
        await using var input = Console.OpenStandardInput();
        var nothing = new byte[16];
        while (await input.ReadAsync(nothing) > 0)
        {
        }

        Environment.Exit(1);
    }

    private static void Write(TrainerLine line)
    {
        lock (s_output)
        {
            Console.Out.WriteLine(line.ToJson());
            Console.Out.Flush();
        }
    }

    /// <summary>Writes at once; <see cref="Progress{T}"/> would hand over to other threads and lose the order.</summary>
    private sealed class Reporter : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => Write(TrainerLine.From(value));
    }
}
