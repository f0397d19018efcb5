using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Server.Tests.Access;

public sealed class SessionTableTests : IDisposable
{
    private static readonly TimeSpan s_idle = TimeSpan.FromHours(8), s_longest = TimeSpan.FromDays(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-sessions-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Restart_SessionsGoOn_WithTheirAgesAndProofs()
    {
        var before = Open();
        var token = before.Begin(new Identity(IdentityKind.User, "anna", AccessRole.Operator), "hash of a password", "10.0.0.9");
        _time.Advance(TimeSpan.FromHours(7));
        before.Click(SessionTable.IdOf(token));
        _time.Advance(TimeSpan.FromHours(7));

        var after = Open();

        var session = SessionTable.IdOf(token);
        Assert.Equal(new Identity(IdentityKind.User, "anna", AccessRole.Operator, session), after.Find(session));
        Assert.True(after.IsProvedBy(session, "hash of a password"));
        Assert.False(after.IsProvedBy(session, "hash of another one"));
        Assert.Equal(_time.GetUtcNow() - TimeSpan.FromHours(14), Assert.Single(after.All).Begin);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Null(Open().Find(session));
    }

    [Fact]
    public void Restart_ASessionThatWasEnded_StaysEnded()
    {
        var before = Open();
        var token = before.Begin(new Identity(IdentityKind.User, "anna", AccessRole.Operator), "proof", "10.0.0.9");
        before.End(SessionTable.IdOf(token));
        Assert.Null(Open().Find(SessionTable.IdOf(token)));
    }

    [Fact]
    public void File_IsForItsOwnerAloneAndHoldsNoSecret()
    {
        var token = Open().Begin(new Identity(IdentityKind.User, "anna", AccessRole.Operator), "hash of a password", "10.0.0.9");
        var file = new SessionFile(_folder.FullName).FilePath;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var text = File.ReadAllText(file);
        Assert.DoesNotContain(token, text, StringComparison.Ordinal);
        Assert.DoesNotContain("hash of a password", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[{\"id\":")]
    [InlineData("{}")]
    public void File_Damaged_EndsTheSessionsAndNothingElse(string text)
    {
        File.WriteAllText(new SessionFile(_folder.FullName).FilePath, text);
        var table = Open();
        Assert.Empty(table.All);
        var token = table.Begin(new Identity(IdentityKind.User, "anna", AccessRole.Operator), "proof", "10.0.0.9");
        Assert.NotNull(Open().Find(SessionTable.IdOf(token)));
    }

    private SessionTable Open() => new(s_idle, s_longest, new SessionFile(_folder.FullName), _time);
}
