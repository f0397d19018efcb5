using AnomalyLine.Server.Access;
using AnomalyLine.Server.Grpc;
using AnomalyLine.Server.Memory;
using Microsoft.AspNetCore.Http.Features;

namespace AnomalyLine.Server.Http;

/// <summary>
/// Refuses, while memory is short, calls that would take much of it: files, models that are loaded, trainings, backups. Frames are refused one by one, each with its inspection. What a person or a PLC needs to see and stop the line goes on.
/// Comes after who calls is known.
/// </summary>
internal sealed class MemoryMiddleware(RequestDelegate next, MemoryBudget memory)
{
    private const string Prefix = "/anomalyline.v1.";

    private static readonly HashSet<string> s_heavy = new(
        [
            "ModelService/UploadModel", "ModelService/SetShadow", "RecipeService/ActivateRecipe", "RecipeService/SelectRecipe", "RecipeService/RollbackRecipe",
            "SampleService/ImportSample", "SampleService/CheckSamples", "TrainingService/StartJob",
        ],
        StringComparer.Ordinal);

    public async Task InvokeAsync(HttpContext http)
    {
        var call = Permissions.CallOf(http.GetEndpoint());
        var isHeavy = call is null ? http.GetEndpoint()?.Metadata.GetMetadata<HeavyAttribute>() is not null
            : call.StartsWith(Prefix, StringComparison.Ordinal) && s_heavy.Contains(call[Prefix.Length..]);
        if (isHeavy && memory.Measure())
        {
            memory.Refused();
            if (call is not null) await RefusedCall.AnswerAsync(http, MemoryBudget.Refusal);
            else await Results.Problem(MemoryBudget.Refusal.Message, statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(http);
            return;
        }

        // REST reads a body as a whole, and as text: the bytes, the characters and the fields.
        if (call is null || !RefusedCall.IsGrpc(http))
        {
            await WithBodyAsync(http, 3 * Math.Max(0, (http.Request.ContentLength ?? 0) - CallRule.UsualMostBytes));
            return;
        }

        var body = new CountedBody(http.Request.BodyReader, memory);
        http.Features.Set<IRequestBodyPipeFeature>(body);
        try
        {
            await next(http);
        }
        finally
        {
            body.Leave();
        }
    }

    private async Task WithBodyAsync(HttpContext http, long bytes)
    {
        if (bytes > 0 && !memory.TryEnter(bytes))
        {
            await RefusedCall.AnswerAsync(http, MemoryBudget.Refusal);
            return;
        }

        try
        {
            await next(http);
        }
        finally
        {
            memory.Exit(bytes);
        }
    }
}
