using System.Collections.Concurrent;
using AnomalyLine.Contracts.V1;
using Grpc.Core;

namespace AnomalyLine.Cli.Tests;

/// <summary>Keeps what is imported.</summary>
internal sealed class FakeSamples : SampleService.SampleServiceBase
{
    private readonly ConcurrentQueue<ImportSampleRequest> _imports = new();

    public IReadOnlyCollection<ImportSampleRequest> Imports => _imports;

    public override Task<ImportSampleResponse> ImportSample(ImportSampleRequest request, ServerCallContext context)
    {
        _imports.Enqueue(request);
        return Task.FromResult(new ImportSampleResponse { Sample = new Sample { Id = (ulong)_imports.Count } });
    }
}
