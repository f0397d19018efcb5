namespace AnomalyLine.Learning.Training;

/// <summary>Where a training is between its start and its end, which is the last epoch or the time limit, whichever comes first.</summary>
internal sealed class TrainingClock(TimeProvider time, int epochs, TimeSpan? limit, IProgress<TrainingProgress>? listener)
{
    private readonly long _start = time.GetTimestamp();
    private long _trainingStart;
    private TimeSpan _spentBefore;
    private TimeSpan? _trainingEnd;
    private double _loss = double.NaN, _validationLoss = double.NaN;
    private TrainingStage _stage;
    private double _share, _loading, _calibrating;

    /// <summary>Epochs done.</summary>
    public int Epoch { get; private set; }

    /// <summary>Whether the training steps are over.</summary>
    public bool IsOver => Epoch >= epochs || Progress(0) >= 1;

    /// <summary>Time that the training steps took.</summary>
    public TimeSpan TrainingTime => _trainingEnd ?? _spentBefore + time.GetElapsedTime(_trainingStart);

    /// <summary>How far the training steps are, 0..1.</summary>
    /// <param name="ofEpoch">The share of the epoch that is done.</param>
    public double Progress(double ofEpoch)
    {
        var byEpochs = (Epoch + ofEpoch) / epochs;
        return Math.Min(1, limit is { } l ? Math.Max(byEpochs, TrainingTime / l) : byEpochs);
    }

    /// <summary>A new stage begins.</summary>
    public void Enter(TrainingStage stage)
    {
        (_stage, _share) = (stage, 0);
        if (stage == TrainingStage.Training) _trainingStart = time.GetTimestamp();
        else if (stage == TrainingStage.Calibrating) _trainingEnd = TrainingTime;
        Tell();
    }

    /// <summary>Says which shares of the whole loading and calibrating take, 0..1 together; the rest is training. Without it all of it is.</summary>
    public void Weigh(double loading, double calibrating) => (_loading, _calibrating) = (loading, calibrating);

    /// <summary>A share of loading or calibrating is done, 0..1.</summary>
    public void Advance(double share)
    {
        _share = share;
        Tell();
    }

    /// <summary>Epochs were done, and time was spent on them, before this process began.</summary>
    public void Resume(int epoch, double loss, TimeSpan spent)
    {
        (Epoch, _loss, _spentBefore) = (epoch, loss, spent);
        Tell();
    }

    /// <summary>An epoch is over.</summary>
    /// <param name="loss">Its mean loss.</param>
    /// <param name="validationLoss">That on the validation normals after it; NaN where there are none.</param>
    public void EndEpoch(double loss, double validationLoss)
    {
        (_loss, _validationLoss) = (loss, validationLoss);
        Epoch++;
        Tell();
    }

    private void Tell()
    {
        var elapsed = time.GetElapsedTime(_start);
        var done = _stage switch
        {
            TrainingStage.Loading => _share * _loading,
            TrainingStage.Training => _loading + (Progress(0) * (1 - _loading - _calibrating)),
            TrainingStage.Calibrating => 1 - ((1 - _share) * _calibrating),
            _ => 1,
        };
        var left = done is > 0 and < 1 ? (_spentBefore + elapsed) * ((1 - done) / done) : TimeSpan.Zero;
        listener?.Report(new TrainingProgress(_stage, Epoch, epochs, _loss, done, elapsed, left) { ValidationLoss = _validationLoss });
    }
}
