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
        Assert.NotNull(users.Find("anna"));
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

    [Fact]
    public void Keys_WithBounds_KeepThemInTheirFile()
    {
        var bounds = KeyBounds.Create(AccessRole.Camera, "2000-01-31", ["press-1", "press-2"], ["10.1.0.0/16", "::1"]).Value;
        var (account, key) = new KeyList(FilePath, _time).Add("camera-1", AccessRole.Camera, bounds).Value;
        var keys = new KeyList(FilePath, _time);

        var read = KeyBounds.Of(keys.FindByKey(key)!);

        Assert.Empty(keys.Fault);
        Assert.Equal((new DateOnly(2000, 1, 31), "press-1 press-2", "10.1.0.0/16 ::1/128"), (read.LastDay, string.Join(' ', read.Stations), string.Join(' ', read.Networks)));
        Assert.EndsWith(":2000-01-01;until=2000-01-31;stations=press-1,press-2;from=10.1.0.0/16,::1/128", account.ToString(), StringComparison.Ordinal);
        Assert.False(keys.IsExpired(account));
        _time.Advance(TimeSpan.FromDays(31));
        Assert.True(keys.IsExpired(account));
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("10.2.0.1", false)]
    [InlineData("::1", true)]
    [InlineData("::2", false)]
    public void HoldsAddress_OfANetwork_WhatIsInIt(string address, bool expected) =>
        Assert.Equal(expected, KeyBounds.Create(AccessRole.Viewer, "", [], ["10.1.0.0/16", "::1"]).Value.HoldsAddress(System.Net.IPAddress.Parse(address)));

    [Theory]
    [InlineData(AccessRole.Camera, "31.1.2027", "", "", "no day")]
    [InlineData(AccessRole.Viewer, "", "press-1", "", "Only a key with the role Camera")]
    [InlineData(AccessRole.Camera, "", "press-1;from=0.0.0.0/0", "", "no name of a station")]
    [InlineData(AccessRole.Camera, "", "", "10.1.2.3/99", "neither an address nor a network")]
    public void Create_BoundsThatAreNone_SaysWhich(AccessRole role, string day, string station, string network, string expected) =>
        Assert.Contains(expected, KeyBounds.Create(role, day, station.Length > 0 ? [station] : [], network.Length > 0 ? [network] : []).Error?.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(";from=0.0.0.0")]
    [InlineData(";until=never")]
    [InlineData(";stations=a b")]
    [InlineData(";anything")]
    public void Keys_FileWithBoundsThatCannotBeRead_IsRefusedAndNotReadAsUnbound(string bounds)
    {
        File.WriteAllText(FilePath, $"camera-1:Camera:sha256${new string('a', 64)}:2000-01-01{bounds}\n");

        var keys = new KeyList(FilePath, _time);

        Assert.Equal(bounds == ";from=0.0.0.0" ? 1 : 0, keys.All.Count);
        Assert.Equal(bounds != ";from=0.0.0.0", keys.Fault.Contains("line 1: \"camera-1\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("password12")]
    [InlineData("P@ssw0rd!!")]
    [InlineData("1234567890")]
    [InlineData("0987654321")]
    [InlineData("qwertyuiop")]
    [InlineData("1q2w3e4r5t")]
    [InlineData("aaaaaaaaaa")]
    [InlineData("Administrator1!")]
    [InlineData("Sommer2026!")]
    [InlineData("anomalyline")]
    [InlineData("Willkommen1")]
    [InlineData("correct horse battery staple")]
    public void Add_PasswordThatGuessersTryFirst_IsRefused(string password)
    {
        var users = new UserList(FilePath, _time);

        var refused = users.Add("anna", AccessRole.Administrator, password).Error;

        Assert.Equal(LineErrorCode.InvalidAccount, refused?.Code);
        Assert.Contains("guessers try first", refused?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a long password")]
    [InlineData("Xk4vTq92bZ")]
    [InlineData("tulip gravel seven")]
    [InlineData("not-my-password")]
    public void Add_AnyOtherPassword_IsTaken(string password) => Assert.Null(new UserList(FilePath, _time).Add("anna", AccessRole.Administrator, password).Error);

    [Theory]
    [InlineData(AccessRole.Camera, AccessRole.Viewer, false)]
    [InlineData(AccessRole.Administrator, AccessRole.Camera, false)]
    [InlineData(AccessRole.Camera, AccessRole.Camera, true)]
    [InlineData(AccessRole.Operator, AccessRole.Viewer, true)]
    [InlineData(AccessRole.Operator, AccessRole.Engineer, false)]
    public void May_ARole_WhatTheLeastOneAllows(AccessRole role, AccessRole least, bool expected) => Assert.Equal(expected, role.May(least));
}
