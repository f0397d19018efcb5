using AnomalyLine.Demo;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>A small model, trained once for all tests by the command-line program.</summary>
public sealed class TrainedModel : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The model file.</summary>
    public string Path => _folder["part.alm"];

    /// <summary>A folder for the OPC UA clients' keys, which take a second to make.</summary>
    public string ClientPki => _folder["client-pki"];

    public async ValueTask InitializeAsync()
    {
        SyntheticParts.WriteDataset(_folder["parts"], trainCount: 40, testNormals: 0, testPerDefect: 0, seed: 7, Parts.Size, Parts.Size);
        var (code, text) = await RunningProgram.RunAsync(
            Programs.Cli,
            [
                "train", "--method", "ae-l2", "--preset", "fast", "--data", _folder["parts"], "--output", Path, "--device", "cpu", "--seed", "3", "--epochs", "30",
                "--set", "width=8", "--set", "latent=32", "--set", "normalise=false", "--set", "batch-size=8", "--set", "learning-rate=0.003",
            ],
            TimeSpan.FromMinutes(3));
        if (code != 0) throw new InvalidOperationException($"The training ended with code {code}:\n{text}");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
