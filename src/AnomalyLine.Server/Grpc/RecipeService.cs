using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Server.Hosting;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>What is judged at a station, and how.</summary>
internal sealed class RecipeService(LineHost host, ModelStore models, ModelRegistry registry, AuditLog audit) : Wire.RecipeService.RecipeServiceBase
{
    public override Task<Wire.GetRecipeResponse> GetRecipe(Wire.GetRecipeRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.GetRecipeResponse { Recipe = host.Line.GetRecipe(request.Station, request.ProductId).OrThrow().ToWire() });

    public override async Task<Wire.ActivateRecipeResponse> ActivateRecipe(Wire.ActivateRecipeRequest request, ServerCallContext context)
    {
        if (request.ModelVersion.Length == 0) throw LineErrors.InvalidArgument("model_version", "is empty; send a version that ListModels names.");
        var model = models.Find(request.ModelVersion) ?? throw LineErrors.Failure(
            StatusCode.NotFound, "model-not-found", $"There is no model \"{request.ModelVersion}\"; upload its file first, or choose one that ListModels names.");
        var calibration = model.Manifest.Calibration;
        await audit.RequireAsync(context);
        var before = Active(request.Station, request.ProductId);
        if (await registry.CheckActivationAsync(request.Station, request.ModelVersion, before?.ModelVersion, request.OverrideReason, context.ToCaller(), context.CancellationToken) is { } refused)
            throw refused.ToRpcException();
        var outcome = await host.Line.ActivateRecipeAsync(request.ToRecipe(calibration.Threshold, calibration.PixelThreshold), context.CancellationToken);
        var recipe = outcome.OrThrow();
        await NoteAsync(context, "recipe.activate", before, recipe);
        return new Wire.ActivateRecipeResponse { Recipe = recipe.ToWire() };
    }

    public override Task<Wire.ListRecipesResponse> ListRecipes(Wire.ListRecipesRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ListRecipesResponse { Recipes = { host.Line.ListRecipes(request.Station).OrThrow().Select(ResponseWriter.ToWire) } });

    public override async Task<Wire.SelectRecipeResponse> SelectRecipe(Wire.SelectRecipeRequest request, ServerCallContext context)
    {
        await audit.RequireAsync(context);
        var before = host.Line.GetStation(request.Station).OrThrow().Recipe;
        var outcome = request.SelectionCase switch
        {
            Wire.SelectRecipeRequest.SelectionOneofCase.ProductId =>
                await host.Line.SelectProductAsync(request.Station, request.ProductId, context.CancellationToken),
            Wire.SelectRecipeRequest.SelectionOneofCase.Revision =>
                await host.Line.SelectRevisionAsync(request.Station, RequestReader.ToRevision(request.Revision), context.CancellationToken),
            _ => throw LineErrors.InvalidArgument("selection", "is missing; send a product or a revision."),
        };
        var recipe = outcome.OrThrow();
        await NoteAsync(context, "recipe.select", before, recipe);
        return new Wire.SelectRecipeResponse { Recipe = recipe.ToWire() };
    }

    public override async Task<Wire.RollbackRecipeResponse> RollbackRecipe(Wire.RollbackRecipeRequest request, ServerCallContext context)
    {
        await audit.RequireAsync(context);
        var before = Active(request.Station, request.ProductId);
        var recipe = (await host.Line.RollbackRecipeAsync(request.Station, request.ProductId, context.CancellationToken)).OrThrow();
        await NoteAsync(context, "recipe.rollback", before, recipe);
        return new Wire.RollbackRecipeResponse { Recipe = recipe.ToWire() };
    }

    public override async Task<Wire.SetSensitivityResponse> SetSensitivity(Wire.SetSensitivityRequest request, ServerCallContext context)
    {
        await audit.RequireAsync(context);
        var before = Active(request.Station, request.ProductId);
        var recipe = (await host.Line.SetSensitivityAsync(request.Station, request.ProductId, request.Sensitivity, context.CancellationToken)).OrThrow();
        await NoteAsync(context, "recipe.sensitivity", before, recipe);
        return new Wire.SetSensitivityResponse { Recipe = recipe.ToWire() };
    }

    /// <summary>The change in the audit, and the stages of the station's models.</summary>
    private async Task NoteAsync(ServerCallContext context, string action, Recipe? before, Recipe after)
    {
        await audit.NoteAsync(context, action, after.Station, before, after);
        var active = host.Line.ListRecipes(after.Station).OrThrow().Where(revision => revision.IsActive).Select(revision => revision.Recipe.ModelVersion).ToHashSet(StringComparer.Ordinal);
        if (await registry.NoteActiveAsync(after.Station, active, context.ToCaller(), CancellationToken.None) is { } error) throw error.ToRpcException();
    }

    private Recipe? Active(string station, string product) => host.Line.GetRecipe(station, product).TryGet(out var recipe, out _) ? recipe : null;
}
