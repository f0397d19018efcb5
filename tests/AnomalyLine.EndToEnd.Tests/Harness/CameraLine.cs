using AnomalyLine.Contracts.V1;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>A running server without a gateway, with the small model, for the tests of one class.</summary>
public sealed class CameraLine(TrainedModel model) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal ServerProcess Server { get; private set; } = null!;

    internal LineClient Client { get; private set; } = null!;

    internal ModelVersion Model { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = new ServerProcess(_folder["data"], hasOpcUa: false);
        await Server.StartAsync();
        Client = new LineClient(Server.Channel);
        Model = await Client.UploadAsync(model.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
