using System.Security.Cryptography;
using System.Text;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Access;

/// <summary>
/// The first start: while there is no file of users, whoever has the code that the server wrote into its log sets the first administrator's password. There is no default one. The code is
/// another one at each start.
/// </summary>
internal sealed partial class Setup(AccessControl access, Accounts accounts, AnomalyLineOptions options, ILogger<Setup> logger) : IHostedService, IDisposable
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private readonly SemaphoreSlim _one = new(1);
    private readonly string _code = RandomNumberGenerator.GetString(Alphabet, 12);

    /// <summary>The code, in groups of four.</summary>
    public string Code => string.Join('-', _code.Chunk(4).Select(group => new string(group)));

    /// <summary>Makes the first administrator.</summary>
    /// <param name="name">Their name.</param>
    /// <param name="password">Their password.</param>
    /// <param name="code">The code.</param>
    /// <param name="origin">Their address.</param>
    /// <returns>Them, or <see cref="LineErrorCode.RoleMissing"/> where there are users already or the code is wrong, <see cref="LineErrorCode.InvalidAccount"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public async Task<Outcome<Account>> RunAsync(string name, string password, string code, string origin)
    {
        await _one.WaitAsync();
        try
        {
            if (!access.NeedsSetup) return new LineError(LineErrorCode.RoleMissing, "There are users already; sign in.");
            var given = Encoding.UTF8.GetBytes(new string([.. code.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit)]));
            if (!CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(_code)))
                return new LineError(LineErrorCode.RoleMissing, "The code is not the one in the server's log since its last start.");
            return await accounts.AddUserAsync(name, AccessRole.Administrator, password, new Caller(name, $"{origin} (first start)"));
        }
        finally
        {
            _one.Release();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (access.NeedsSetup && !access.IsDemo) LogFirstStart($"{options.Scheme}://localhost:{options.HttpPort}/setup", Code);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _one.Dispose();

    [LoggerMessage(EventId = 131, Level = LogLevel.Warning, Message = "There are no users yet: set the administrator's password at {Address} with the code {Code}")]
    private partial void LogFirstStart(string address, string code);
}
