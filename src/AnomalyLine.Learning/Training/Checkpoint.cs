using System.Text.Json;
using AnomalyLine.Detection.Models;
using AnomalyLine.Inference.Tensors;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// A training's file beside its output that it goes on from after its process ended: all tensors, and where it was. Written whole, at most once a
/// minute and only between epochs, so that a resumed training gives what an uninterrupted one would have given.
/// </summary>
internal sealed class Checkpoint(string output, string fingerprint, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private readonly string _path = output + ".checkpoint";
    private long _written = time.GetTimestamp();

    /// <summary>Reads where an earlier training stood; null where there is none.</summary>
    /// <param name="state">Its tensors, in the caller's dispose scope; empty where there is none.</param>
    /// <exception cref="TrainingException">The file is damaged, or belongs to another training.</exception>
    public TrainingPosition? TryRead(out IReadOnlyDictionary<string, Tensor> state)
    {
        state = new Dictionary<string, Tensor>();
        if (!File.Exists(_path)) return null;
        try
        {
            var file = File.ReadAllBytes(_path);
            var position = JsonSerializer.Deserialize<TrainingPosition>(SafeTensorsFile.ReadNote(file) ?? "null");
            if (position?.Fingerprint != fingerprint)
                throw new TrainingException($"{_path} is of a training with another method, options, seed or data; repeat that one's command, or delete the file to start anew.");
            state = SafeTensors.ReadAll(file);
            return position;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{_path} cannot be read ({e.Message.TrimEnd('.')}); delete it to start anew.", e);
        }
    }

    /// <summary>Writes where the training stands, if the last time is long enough ago.</summary>
    /// <exception cref="TrainingException">The file cannot be written.</exception>
    public void WriteIfDue(Func<(TrainingPosition Position, IReadOnlyDictionary<string, Tensor> State)> current)
    {
        if (time.GetElapsedTime(_written) < Interval) return;
        var (position, state) = current();
        try
        {
            var file = SafeTensors.Write(state, JsonSerializer.Serialize(position with { Fingerprint = fingerprint }));
            AtomicFile.Write(_path, stream => stream.Write(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{_path}: the training's checkpoint cannot be written: {e.Message}", e);
        }

        _written = time.GetTimestamp();
    }

    /// <summary>The training is over: its model file takes the place of this one.</summary>
    public void Delete() => File.Delete(_path);
}
