using AnomalyLine.Inspection.Batching;

namespace AnomalyLine.Inspection;

/// <summary>A station's recipe with the model that serves it: the snapshot under which a frame is accepted. Immutable.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Worker">The loaded model; null where it could not be loaded.</param>
/// <param name="LoadFault">Why it could not be loaded; empty where it was.</param>
internal sealed record ActiveRecipe(Recipe Recipe, ModelWorker? Worker, string LoadFault)
{
    /// <summary>Why frames are not judged; empty where they are.</summary>
    public string Fault => LoadFault.Length != 0 ? LoadFault : Worker!.Fault;
}
