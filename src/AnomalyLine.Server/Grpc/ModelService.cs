using System.IO.Pipelines;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Activation;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Signing;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Options;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>The model files that the server holds.</summary>
internal sealed class ModelService(LineHost host, ModelStore models, ModelRegistry registry, JobQueue jobs, ShadowRun shadows, RecipeChange change,
    StoredModels stored, AuditLog audit, TrustedSigners signers, ModelTrust trust, AnomalyLineOptions options) : Wire.ModelService.ModelServiceBase
{
    private const int MaxChunkBytes = 1 << 20;

    public override Task<Wire.ListModelsResponse> ListModels(Wire.ListModelsRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ListModelsResponse { Models = { models.List().Select(ResponseWriter.ToWire) } });

    public override async Task<Wire.UpdateModelResponse> UpdateModel(Wire.UpdateModelRequest request, ServerCallContext context) =>
        new() { Model = (await stored.LabelAsync(request.Version, request.Label, context.ToCaller(), context.CancellationToken)).OrThrow().ToWire() };

    public override async Task<Wire.DeleteModelResponse> DeleteModel(Wire.DeleteModelRequest request, ServerCallContext context) =>
        new() { FreedBytes = (ulong)(await stored.RemoveAsync(request.Version, context.ToCaller(), context.CancellationToken)).OrThrow().SizeBytes };

    public override async Task<Wire.ListModelVersionsResponse> ListModelVersions(Wire.ListModelVersionsRequest request, ServerCallContext context)
    {
        host.Line.GetStation(request.Station).OrThrow();
        var versions = (await registry.ListAsync(request.Station, context.CancellationToken)).OrThrow();
        return new Wire.ListModelVersionsResponse { Models = { versions.Select(JobWire.ToWire) } };
    }

    public override async Task<Wire.GetGateResponse> GetGate(Wire.GetGateRequest request, ServerCallContext context)
    {
        var version = (await registry.GetAsync(request.Station, request.ProductId, request.Version, context.CancellationToken)).OrThrow();
        var folder = jobs.FindGate(version) ?? throw LineErrors.Failure(StatusCode.NotFound, "gate-not-found", $"Version {version.Number} of station '{request.Station}' was not compared.");
        return new Wire.GetGateResponse
        {
            Json = await File.ReadAllTextAsync(folder.Gate, context.CancellationToken),
            Html = await File.ReadAllTextAsync(folder.GatePage, context.CancellationToken),
        };
    }

    public override async Task<Wire.SetShadowResponse> SetShadow(Wire.SetShadowRequest request, ServerCallContext context)
    {
        var version = (await change.SetShadowAsync(request.Station, request.ProductId, request.Version, request.Enabled, context.ToCaller(),
            context.CancellationToken)).OrThrow();
        return new Wire.SetShadowResponse { Model = version.ToWire() };
    }

    public override Task<Wire.GetShadowResponse> GetShadow(Wire.GetShadowRequest request, ServerCallContext context)
    {
        host.Line.GetStation(request.Station).OrThrow();
        return Task.FromResult(shadows.Get(request.Station)?.ToWire() ?? new Wire.GetShadowResponse());
    }

    public override async Task<Wire.UploadModelResponse> UploadModel(IAsyncStreamReader<Wire.UploadModelRequest> requestStream, ServerCallContext context)
    {
        var (pipe, station) = (new Pipe(), "");
        var receiving = ReceiveAsync(requestStream, pipe.Writer, name => station = name, context.CancellationToken);
        try
        {
            var model = (await stored.AddAsync(pipe.Reader.AsStream(), context.ToCaller(), context.CancellationToken)).OrThrow();
            await receiving;
            if (station.Length > 0) (await change.RegisterAsync(station, "", model.Version, context.ToCaller(), context.CancellationToken)).OrThrow();
            return new Wire.UploadModelResponse { Model = model.ToWire() };
        }
        catch (ModelFileException refused)
        {
            throw LineErrors.Failure(StatusCode.InvalidArgument, "model-refused", refused.Message);
        }
        catch (IOException full)
        {
            throw new LineError(LineErrorCode.ManagementFailed, $"The model cannot be kept: {full.Message}").ToRpcException();
        }
        catch (EngineException broken)
        {
            throw LineErrors.Failure(StatusCode.FailedPrecondition, "engine-unusable", broken.Message);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override Task<Wire.ListSignersResponse> ListSigners(Wire.ListSignersRequest request, ServerCallContext context)
    {
        try
        {
            using var own = SigningKey.Open(options.DataFolder);
            return Task.FromResult(new Wire.ListSignersResponse { Signers = { signers.All.Select(ToWire) }, OwnFingerprint = own.Fingerprint, TrustedOnly = trust.Policy is ModelSignatures.Trusted });
        }
        catch (SignatureException failure)
        {
            throw new LineError(LineErrorCode.AccountsUnusable, failure.Message).ToRpcException();
        }
    }

    public override async Task<Wire.TrustSignerResponse> TrustSigner(Wire.TrustSignerRequest request, ServerCallContext context)
    {
        await audit.RequireAsync(context);
        var signer = signers.Trust(request.Name, request.Fingerprint).OrThrow();
        await audit.NoteAsync(context, "signer.trust", signer.Name, null, new { signer.Fingerprint });
        return new Wire.TrustSignerResponse { Signer = ToWire(signer) };
    }

    public override async Task<Wire.DistrustSignerResponse> DistrustSigner(Wire.DistrustSignerRequest request, ServerCallContext context)
    {
        await audit.RequireAsync(context);
        var signer = signers.Distrust(request.Name).OrThrow();
        await audit.NoteAsync(context, "signer.distrust", signer.Name, new { signer.Fingerprint }, null);
        return new Wire.DistrustSignerResponse();
    }

    private static Wire.Signer ToWire(Signer signer) => new() { Name = signer.Name, Fingerprint = signer.Fingerprint };

    /// <summary>The chunks into the pipe; an error on the way is what the reader of the pipe gets.</summary>
    private static async Task ReceiveAsync(IAsyncStreamReader<Wire.UploadModelRequest> requests, PipeWriter writer, Action<string> named, CancellationToken call)
    {
        try
        {
            while (await requests.MoveNext(call))
            {
                var chunk = requests.Current.Chunk;
                if (requests.Current.Station.Length > 0) named(requests.Current.Station);
                if (chunk.Length > MaxChunkBytes)
                    throw LineErrors.InvalidArgument("chunk", $"has {chunk.Length} bytes; send at most {MaxChunkBytes} bytes at a time.");
                if ((await writer.WriteAsync(chunk.Memory, call)).IsCompleted) break;
            }

            await writer.CompleteAsync();
        }
        catch (Exception failure)
        {
            await writer.CompleteAsync(failure);
        }
    }
}
