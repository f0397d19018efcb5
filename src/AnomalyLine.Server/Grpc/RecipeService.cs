using AnomalyLine.Management.Activation;
using AnomalyLine.Server.Hosting;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>What is judged at a station, and how.</summary>
internal sealed class RecipeService(LineHost host, RecipeChange change) : Wire.RecipeService.RecipeServiceBase
{
    public override Task<Wire.GetRecipeResponse> GetRecipe(Wire.GetRecipeRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.GetRecipeResponse { Recipe = host.Line.GetRecipe(request.Station, request.ProductId).OrThrow().ToWire() });

    public override Task<Wire.ListRecipesResponse> ListRecipes(Wire.ListRecipesRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ListRecipesResponse { Recipes = { host.Line.ListRecipes(request.Station).OrThrow().Select(ResponseWriter.ToWire) } });

    public override async Task<Wire.ActivateRecipeResponse> ActivateRecipe(Wire.ActivateRecipeRequest request, ServerCallContext context)
    {
        if (request.ModelVersion.Length == 0) throw LineErrors.InvalidArgument("model_version", "is empty; send a version that ListModels names.");
        var recipe = await change.ActivateAsync(
            request.Station, request.ProductId, request.ModelVersion, calibration =>
                request.ToRecipe(calibration.Threshold, calibration.PixelThreshold),
            new ChangeRequest(context.ToCaller(), request.OverrideReason, request.HasExpectedRevision
                ? RequestReader.ToRevision(request.ExpectedRevision) : null), context.CancellationToken);
        return new Wire.ActivateRecipeResponse { Recipe = recipe.OrThrow().ToWire() };
    }

    public override async Task<Wire.SelectRecipeResponse> SelectRecipe(Wire.SelectRecipeRequest request, ServerCallContext context)
    {
        host.Line.GetStation(request.Station).OrThrow();
        var asked = new ChangeRequest(context.ToCaller(), request.Reason, request.HasExpectedRevision
            ? RequestReader.ToRevision(request.ExpectedRevision) : null);
        var recipe = request.SelectionCase switch
        {
            Wire.SelectRecipeRequest.SelectionOneofCase.ProductId =>
                await change.SelectProductAsync(request.Station, request.ProductId, asked, context.CancellationToken),
            Wire.SelectRecipeRequest.SelectionOneofCase.Revision =>
                await change.SelectRevisionAsync(request.Station, RequestReader.ToRevision(request.Revision), asked, context.CancellationToken),
            _ => throw LineErrors.InvalidArgument("selection", "is missing; send a product or a revision."),
        };
        return new Wire.SelectRecipeResponse { Recipe = recipe.OrThrow().ToWire() };
    }

    public override async Task<Wire.RollbackRecipeResponse> RollbackRecipe(Wire.RollbackRecipeRequest request, ServerCallContext context)
    {
        var asked = new ChangeRequest(context.ToCaller(), request.Reason, request.HasExpectedRevision
            ? RequestReader.ToRevision(request.ExpectedRevision) : null);
        var recipe = await change.RollbackAsync(request.Station, request.ProductId, asked, context.CancellationToken);
        return new Wire.RollbackRecipeResponse { Recipe = recipe.OrThrow().ToWire() };
    }

    public override async Task<Wire.SetSensitivityResponse> SetSensitivity(Wire.SetSensitivityRequest request, ServerCallContext context)
    {
        var asked = new ChangeRequest(context.ToCaller(), request.Reason, request.HasExpectedRevision
            ? RequestReader.ToRevision(request.ExpectedRevision) : null);
        var recipe = await change.SetSensitivityAsync(request.Station, request.ProductId, request.Sensitivity, asked, context.CancellationToken);
        return new Wire.SetSensitivityResponse { Recipe = recipe.OrThrow().ToWire() };
    }
}
