using AnomalyLine.Contracts.V1;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>A running server with its gateway and the small model, for the tests that do it no harm; each takes stations of its own.</summary>
public sealed class SharedLine : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SemaphoreSlim _starting = new(1);
    private ServerProcess? _server;

    internal ServerProcess Server => _server!;

    internal LineClient Client { get; private set; } = null!;

    internal ModelVersion Model { get; private set; } = null!;

    /// <summary>Starts it for the first that needs it.</summary>
    internal async Task EnsureStartedAsync(TrainedModel model)
    {
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_server is not null) return;
            var server = new ServerProcess(_folder["data"], hasOpcUa: true);
            try
            {
                await server.StartAsync();
                Client = new LineClient(server.Channel);
                Model = await Client.UploadAsync(model.Path);
                _server = server;
            }
            finally
            {
                // One that did not come up in time would run on after the tests.
                if (_server is null) await server.DisposeAsync();
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _starting.Dispose();
        _folder.Dispose();
    }
}
