using AnomalyLine.Management;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Backup;
using Microsoft.AspNetCore.DataProtection;

namespace AnomalyLine.Server.Tests.Access;

public sealed class ProtectionTests
{
    [Fact]
    public async Task Restart_FormsOfBefore_AreKnownByTheKeysInTheDataFolder()
    {
        await using var before = await TestServer.StartAsync();
        var form = Protector(before).Protect("a form");
        await using var strange = await TestServer.StartAsync();
        using var folder = new TemporaryFolder();
        var key = Assert.Single(Directory.GetFiles(Path.Combine(before.Folder, SessionFile.KeyFolder)));
        File.Copy(key, Path.Combine(Directory.CreateDirectory(folder[$"after/{SessionFile.KeyFolder}"]).FullName, Path.GetFileName(key)));
        await using var after = await TestServer.StartAsync($"--AnomalyLine:DataFolder={folder["after"]}");

        Assert.Equal("a form", Protector(after).Unprotect(form));
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => Protector(strange).Unprotect(form));
        Assert.DoesNotContain(before.Log.Messages, message => message.Contains("XML encryptor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Backup_WithKeysInTheDataFolder_HasNoneOfThem()
    {
        await using var server = await TestServer.StartAsync();
        Protector(server).Protect("a form");
        using var folder = new TemporaryFolder();

        var manifest = await BackupWriter.WriteAsync(server.Folder, new ManagementOptions(), folder["line.backup"], TimeProvider.System, TestServer.Cancel);

        Assert.NotEmpty(Directory.GetFiles(Path.Combine(server.Folder, SessionFile.KeyFolder)));
        Assert.DoesNotContain(manifest.Files, file => file.Name.StartsWith(SessionFile.KeyFolder, StringComparison.Ordinal));
    }

    private static IDataProtector Protector(TestServer server) => server.Get<IDataProtectionProvider>().CreateProtector(nameof(ProtectionTests));
}
