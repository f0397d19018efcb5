using AnomalyLine.Inspection.Batching;

namespace AnomalyLine.Inspection.Stations;

/// <summary>A station's recipe of one product with the model that serves it. Immutable.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Worker">The loaded model; null where it could not be loaded.</param>
/// <param name="LoadFault">Why it could not be loaded; empty where it was.</param>
/// <param name="PreviousModelVersion">Version of the model of the product's recipe before, which is kept loaded; null where there is none.</param>
internal sealed record ActiveRecipe(Recipe Recipe, ModelWorker? Worker, string LoadFault, string? PreviousModelVersion = null)
{
    /// <summary>Why frames are not judged; empty where they are.</summary>
    public string Fault => LoadFault.Length != 0 ? LoadFault : Worker!.Fault;
}
