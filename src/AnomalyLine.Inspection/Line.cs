using AnomalyLine.Vision.Models;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection;

/// <summary>
/// All stations of a server: takes frames, has models judge them in batches, writes each inspection to the durable log, then publishes and answers it.
/// Any thread.
/// </summary>
public sealed class Line : IAsyncDisposable
{
    private Line()
    {
    }

    /// <summary>All stations in order of name.</summary>
    public IReadOnlyList<StationStatus> Stations => throw new NotSupportedException();

    /// <summary>The durable log.</summary>
    public InspectionLog Log => throw new NotSupportedException();

    /// <summary>Inspections as they are made.</summary>
    public InspectionFeed Feed => throw new NotSupportedException();

    /// <summary>What pictures of the last inspections are made from.</summary>
    public Evidence Evidence => throw new NotSupportedException();

    /// <summary>
    /// Opens the log, brings back stations and active recipes, and loads their models. A model that cannot be loaded leaves its stations not ready,
    /// with the reason as their fault.
    /// </summary>
    /// <param name="options">How the line runs.</param>
    /// <param name="loadDetector">
    /// Loads the model of a version; called on the thread that will own it. It throws <see cref="FileNotFoundException"/> where there is no such model,
    /// <see cref="ModelFileException"/> where it cannot be used.
    /// </param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="loggers">Makes the loggers.</param>
    /// <param name="cancellation">Stops opening.</param>
    /// <exception cref="ArgumentException">Options are outside their ranges; the message has all of them.</exception>
    /// <exception cref="LogOpenException">The log cannot be opened.</exception>
    public static Task<Line> OpenAsync(
        LineOptions options, Func<string, IDetector> loadDetector, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
        => throw new NotSupportedException();

    /// <summary>A station's state, or <see cref="LineErrorCode.StationNotFound"/>.</summary>
    public Outcome<StationStatus> GetStation(string name) => throw new NotSupportedException();

    /// <summary>Adds a station, or <see cref="LineErrorCode.InvalidStationName"/>, StationExists, LogFailed, Stopping.</summary>
    public Task<Outcome<StationStatus>> CreateStationAsync(string name, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>The station's active recipe, or <see cref="LineErrorCode.StationNotFound"/>, RecipeNotFound.</summary>
    public Outcome<Recipe> GetRecipe(string station) => throw new NotSupportedException();

    /// <summary>
    /// Loads and warms the model beside the running one, then makes the recipe the station's active one between two frames; frames already accepted keep theirs.
    /// The model before stays loaded, so that activating it again is immediate. One activation at a time; others wait.
    /// </summary>
    /// <param name="recipe">The recipe; its revision is given by the line.</param>
    /// <param name="cancellation">Stops before the swap; the active recipe then stays.</param>
    /// <returns>
    /// The recipe with its revision, or <see cref="LineErrorCode.StationNotFound"/>, InvalidRecipe, ModelNotFound, ModelUnusable, LogFailed, Stopping.
    /// </returns>
    public Task<Outcome<Recipe>> ActivateRecipeAsync(Recipe recipe, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>
    /// Judges one frame. Every frame of a known station gets exactly one record, whatever happens to it; the record is in the log before it is returned.
    /// Returns at once to the caller's thread while others work; many calls may run at the same time.
    /// </summary>
    /// <param name="request">The frame, or what was wrong with it.</param>
    /// <param name="cancellation">Withdraws the frame: its record then says <see cref="ReasonCode.Cancelled"/> where there was no result yet. Never throws for it.</param>
    /// <returns>The record, or <see cref="LineErrorCode.StationNotFound"/>, LogFailed, Stopping, for which there is none.</returns>
    public Task<Outcome<InspectionRecord>> InspectAsync(InspectionRequest request, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>
    /// Takes no further frames, judges those accepted (each within its deadline), completes the log, ends the feed, and unloads the models.
    /// </summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
