using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Access;

/// <summary>
/// Notes in the audit what other programs change in the files of users and keys, also while the server is down, and says in the log when one of them has a mistake. Who it was, nobody knows: whoever
/// may write there.
/// </summary>
internal sealed partial class AccountEdits(AccessControl access, AuditLog audit, TimeProvider time, ILogger<AccountEdits> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(2);
    private string _told = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Tell(string.Join(' ', new[] { access.Users.Fault, access.Keys.Fault }.Where(fault => fault.Length > 0)));
                await NoteAsync("user.edit", UserList.FileName, access.Users.Edits(), access.Users.Know, stoppingToken);
                await NoteAsync("key.edit", KeyList.FileName, access.Keys.Edits(), access.Keys.Know, stoppingToken);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                Tell(failure.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(s_period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What the audit does not take now is found again the next time.</summary>
    private async Task NoteAsync(string action, string file, IReadOnlyList<AccountEdit> edits, Action<AccountEdit> know, CancellationToken stopping)
    {
        foreach (var edit in edits)
        {
            var (before, now) = (Describe(edit.Before), Describe(edit.Now));
            if ((await audit.AppendAsync(new Caller("", $"file {file}"), action, edit.Name, before, now, stopping)).Error is not null) return;
            know(edit);
        }
    }

    private static object? Describe(string account) => account.Split(' ') is [var role, var secret] ? new { Role = role, Secret = secret } : null;

    private void Tell(string fault)
    {
        if (fault.Length > 0 && fault != _told) LogFault(fault);
        _told = fault;
    }

    [LoggerMessage(EventId = 132, Level = LogLevel.Error, Message = "Who may do what is as before until this is mended: {Fault}")]
    private partial void LogFault(string fault);
}
