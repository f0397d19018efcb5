using System.Net;
using AnomalyLine.Management;
using AnomalyLine.Management.Backup;
using AnomalyLine.Server.Access;

namespace AnomalyLine.Server.Tests.Access;

public sealed class BackupTests
{
    [Fact]
    public async Task Backup_ByAnAdministrator_RestoresUsersAndTheLineAndIsAudited()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        _ = server.Get<AccessControl>().Users.Add("anna", Management.Access.AccessRole.Operator, "a password of anna").Value;
        var folder = Directory.CreateTempSubdirectory("anomalyline-test-").FullName;
        try
        {
            var file = Path.Combine(folder, "line.backup");
            using (var answer = await GetAsync(server, "Administrator"))
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.EndsWith(".backup", answer.Content.Headers.ContentDisposition?.FileName ?? "", StringComparison.Ordinal);
                await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync(TestServer.Cancel), TestServer.Cancel);
            }

            var restored = Path.Combine(folder, "data");
            await BackupReader.RestoreAsync(file, restored, new ManagementOptions(), new BackupTrust(), TestServer.Cancel);
            Assert.Contains("anna:Operator:", await File.ReadAllTextAsync(Path.Combine(restored, "users"), TestServer.Cancel), StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(restored, "inspections.db")));
            var entries = (await server.Audit.ListAuditEntriesAsync(new() { PageSize = 100 }, cancellationToken: TestServer.Cancel)).Entries;
            Assert.Equal("key:Administrator", entries.Single(entry => entry.Action == "backup.download").User);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Backup_ByAnEngineer_IsRefused()
    {
        await using var server = await TestServer.StartAsync();

        using var answer = await GetAsync(server, "Engineer");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("needs the role Administrator", await answer.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> GetAsync(TestServer server, string role)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/system/backup");
        request.Headers.Authorization = new("Bearer", CallsTests.Key(server, role));
        return await server.Http.SendAsync(request, TestServer.Cancel);
    }
}
