using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Management.Tests.Access;

public sealed class AccountFilesTests : IDisposable
{
    private const string Password = "a long password";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-accounts-");
    private readonly FakeTimeProvider _time = new();

    private string FilePath => Path.Combine(_folder.FullName, "users");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Users_ChangedByHand_KeepCommentsAndAreSeenAfterASecond()
    {
        var users = new UserList(FilePath, _time);
        Assert.False(users.Exists);
        Assert.Null(users.Add("anna", AccessRole.Administrator, Password).Error);
        File.WriteAllText(FilePath, "# shift one\n\n" + File.ReadAllText(FilePath) + "panel:Observer:x509\n");
        Assert.Null(users.Find("panel"));
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal(AccessRole.Viewer, users.Find("panel")?.Role);

        Assert.Null(users.SetRole("panel", AccessRole.Operator).Error);
        var lines = File.ReadAllLines(FilePath);
        Assert.Equal(("# shift one", "", "panel:Operator:x509"), (lines[0], lines[1], lines[3]));
        Assert.Null(users.Verify("panel", "x509"));
        Assert.Equal([FilePath], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void Users_FileWithMistakes_NamesEachLineAndRefusesChanges()
    {
        var users = new UserList(FilePath, _time);
        users.Add("anna", AccessRole.Administrator, Password);
        var good = File.ReadAllText(FilePath);
        File.WriteAllText(FilePath, good + "anna:Viewer:x509\nbert:Camera:x509\ncarl:Viewer:secret\nanonymous:Viewer:x509\nx\n");
        _time.Advance(TimeSpan.FromSeconds(2));

        foreach (var line in new[] { "line 2: \"anna\" is there twice", "line 3: Camera is no role of a user", "line 4: \"carl\" is neither", "line 5: \"anonymous\"", "line 6: is not NAME:ROLE:HASH" })
            Assert.Contains(line, users.Fault, StringComparison.Ordinal);
        Assert.Equal(["anna"], users.All.Select(user => user.Name));
        Assert.Equal(LineErrorCode.AccountsUnusable, users.Add("bert", AccessRole.Viewer, Password).Error?.Code);
        File.WriteAllText(FilePath, good);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("", users.Fault);
    }

    [Fact]
    public void Users_LastAdministrator_Stays()
    {
        var users = new UserList(FilePath, _time);
        users.Add("anna", AccessRole.Administrator, Password);
        Assert.Equal(LineErrorCode.InvalidAccount, users.Remove("anna").Error?.Code);
        Assert.Equal(LineErrorCode.InvalidAccount, users.SetRole("anna", AccessRole.Engineer).Error?.Code);
        users.Add("bert", AccessRole.Administrator, Password);
        Assert.Null(users.Remove("anna").Error);
        Assert.Equal(LineErrorCode.AccountNotFound, users.Remove("anna").Error?.Code);
    }

    [Fact]
    public void PathIn_OldNameAlone_IsUsedAndTheNewOneWins()
    {
        Assert.Equal(FilePath, UserList.PathIn(_folder.FullName, null));
        var old = Path.Combine(_folder.FullName, "opcua-users");
        File.WriteAllText(old, "");
        Assert.Equal(old, UserList.PathIn(_folder.FullName, null));
        File.WriteAllText(FilePath, "");
        Assert.Equal(FilePath, UserList.PathIn(_folder.FullName, null));
        Assert.Equal("/etc/users", UserList.PathIn(_folder.FullName, "/etc/users"));
    }

    [Fact]
    public void Keys_MadeAndRevoked_AreKnownByTheirHashOnly()
    {
        var keys = new KeyList(FilePath, _time);
        var (account, key) = keys.Add("camera-1", AccessRole.Camera).Value;
        Assert.Matches("^alk_[A-Za-z0-9_-]{43}$", key);
        Assert.DoesNotContain(key[4..], File.ReadAllText(FilePath), StringComparison.Ordinal);
        Assert.Equal(account, keys.FindByKey(key));
        Assert.Null(keys.FindByKey(key + "x"));
        Assert.Equal("2000-01-01", KeyList.DayOf(account));
        Assert.Equal(LineErrorCode.InvalidAccount, keys.Add("camera-1", AccessRole.Viewer).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidAccount, keys.Add("a:b", AccessRole.Viewer).Error?.Code);
        Assert.Null(keys.Revoke("camera-1").Error);
        Assert.Null(keys.FindByKey(key));
        Assert.NotEqual(key, keys.Add("camera-1", AccessRole.Camera).Value.Key);
    }

    [Theory]
    [InlineData(AccessRole.Camera, AccessRole.Viewer, false)]
    [InlineData(AccessRole.Administrator, AccessRole.Camera, false)]
    [InlineData(AccessRole.Camera, AccessRole.Camera, true)]
    [InlineData(AccessRole.Operator, AccessRole.Viewer, true)]
    [InlineData(AccessRole.Operator, AccessRole.Engineer, false)]
    public void May_ARole_WhatTheLeastOneAllows(AccessRole role, AccessRole least, bool expected) => Assert.Equal(expected, role.May(least));
}
