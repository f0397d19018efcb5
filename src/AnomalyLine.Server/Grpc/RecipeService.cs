using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Server.Hosting;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>What is judged at a station, and how.</summary>
internal sealed class RecipeService(LineHost host, ModelStore models, AuditLog audit) : Wire.RecipeService.RecipeServiceBase
{
    public override Task<Wire.GetRecipeResponse> GetRecipe(Wire.GetRecipeRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.GetRecipeResponse { Recipe = host.Line.GetRecipe(request.Station).OrThrow().ToWire() });

    public override async Task<Wire.ActivateRecipeResponse> ActivateRecipe(Wire.ActivateRecipeRequest request, ServerCallContext context)
    {
        if (request.ModelVersion.Length == 0) throw LineErrors.InvalidArgument("model_version", "is empty; send a version that ListModels names.");
        var model = models.Find(request.ModelVersion) ?? throw LineErrors.Failure(
            StatusCode.NotFound, "model-not-found", $"There is no model \"{request.ModelVersion}\"; upload its file first, or choose one that ListModels names.");
        var calibration = model.Manifest.Calibration;
        await audit.RequireAsync(context);
        var before = host.Line.GetRecipe(request.Station);
        var outcome = await host.Line.ActivateRecipeAsync(request.ToRecipe(calibration.Threshold, calibration.PixelThreshold), context.CancellationToken);
        var recipe = outcome.OrThrow();
        await audit.NoteAsync(context, "recipe.activate", recipe.Station, before.TryGet(out var old, out _) ? old : null, recipe);
        return new Wire.ActivateRecipeResponse { Recipe = recipe.ToWire() };
    }
}
