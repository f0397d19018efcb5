using System.Text.Json;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Training;
using AnomalyLine.Management.Gate;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Management.Training;

/// <summary>The inside of a trainer process: trains what a request file says, tells of it on standard output, ends when standard input does.</summary>
public static class TrainerHost
{
    private static readonly Lock s_output = new();

    /// <summary>Trains.</summary>
    /// <param name="requestFile">Path of a <see cref="TrainingRequest"/> as JSON.</param>
    /// <returns>0 when the model is written, 1 when it is not; the last line on standard output says why.</returns>
    public static Task<int> RunAsync(string requestFile) => RunAsync<TrainingRequest>(requestFile, request => $"trained {Trainer.Train(request, new Reporter()).Version}");

    /// <summary>Does a job: trains, unless its model is there already, and compares.</summary>
    /// <param name="workFile">Path of a <see cref="JobWork"/> as JSON.</param>
    /// <returns>0 when all is done, 1 when it is not; the last line on standard output says why.</returns>
    public static Task<int> RunJobAsync(string workFile) => RunAsync<JobWork>(workFile, work =>
    {
        if (work.LeaveOut is { } check && !File.Exists(check.Output)) LeaveOutReport.Make(check, new Telling("checking", "comparing the normals with one another"));
        if (work.Training is null) return "checked";

        // A model file is whole or not there: one that is there was trained before the server stopped.
        if (!File.Exists(work.Training.Output)) Tell(Trainer.Train(work.Training, new Reporter()).Manifest.Notes);
        if (work.Trial is not null) Try(work.Trial);
        if (work.Gate is null) return "trained; there is no active model to compare it with";
        var report = ModelGate.Compare(work.Gate, new Telling("comparing", "comparing with the active model on the frozen set"));
        Tell(report.Notes);
        return report.Summary;
    });

    /// <summary>What cannot be tried, for instance because no frame was kept back, was trained all the same.</summary>
    private static void Try(TrialRequest request)
    {
        try
        {
            ModelTrial.Make(request, new Telling("comparing", "judging frames that it has not learnt from"));
        }
        catch (Exception failure) when (failure is DatasetException or GateException)
        {
            Tell([$"not tried on frames that it has not learnt from: {failure.Message}"]);
        }
    }

    private static void Tell(IReadOnlyList<string> notes)
    {
        foreach (var note in notes) Write(new TrainerLine(TrainerLine.Note, 1, null, note));
    }

    private static async Task<int> RunAsync<T>(string file, Func<T, string> work)
    {
        _ = EndWithParentAsync();
        try
        {
            var request = JsonSerializer.Deserialize<T>(await File.ReadAllBytesAsync(file)) ?? throw new TrainingException($"{file} holds no request.");
            var said = await Task.Factory.StartNew(() => work(request), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Write(new TrainerLine(TrainerLine.Done, 1, null, said));
            return 0;
        }
        catch (Exception failure) when (failure is TrainingException or DatasetException or EngineException or ModelFileException or GateException or JsonException or IOException)
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

    /// <summary>Tells of every twentieth of the way: a line a frame would fill the log.</summary>
    private sealed class Telling(string phase, string words) : IProgress<double>
    {
        private const int Steps = 20;
        private int _told = -1;

        public void Report(double value)
        {
            var step = (int)(value * Steps);
            if (step == _told) return;
            _told = step;
            Write(new TrainerLine(phase, value, null, words));
        }
    }

    /// <summary>Writes at once; <see cref="Progress{T}"/> would hand over to other threads and lose the order.</summary>
    private sealed class Reporter : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => Write(TrainerLine.From(value));
    }
}
