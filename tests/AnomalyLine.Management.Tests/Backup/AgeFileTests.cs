using System.Text;
using AnomalyLine.Management.Backup;
using AnomalyLine.Management.Tests.Storage;

namespace AnomalyLine.Management.Tests.Backup;

public sealed class AgeFileTests
{
    private const string Passphrase = "tulip gravel seven";

    /// <summary>Written by the program age 1.1.1 (age -p), with another cost than ours.</summary>
    private const string ByAge = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBsV0wySWdXdWxZcXU2NXV6Sks3Yk5nIDE4CnB3YnNleFdWNW9SQ3RPR1FBUm0wYnpmOHY2Ymp5aGNtN1Nabm9yQWZ5M3cKLS0tIGFkRVd0NjVUSVI1TERFQzlrcUtqckMramRUV3E1UkJiZ1NuVzNLSDNjcWsK8nr5cs9FwjOACDfpV8ZDs2rLxjviQ5WprHMrJBjfvzwzYNHRtOA6j+l9sg==";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(65537)]
    [InlineData(3 * 65536)]
    public async Task Open_OfWhatWasEncrypted_IsTheSame(int length)
    {
        var plain = new byte[length];
        new Random(length).NextBytes(plain);
        using var file = new MemoryStream();
        await AgeFile.EncryptAsync(new MemoryStream(plain), file, Passphrase, TestDatabase.Cancel, cost: 10);
        file.Position = 0;

        Assert.True(AgeFile.Is(file));
        await using var content = AgeFile.Open(file, Passphrase);
        using var read = new MemoryStream();
        await content.CopyToAsync(read, TestDatabase.Cancel);

        Assert.Equal(plain, read.ToArray());
    }

    [Fact]
    public async Task Open_FileOfTheProgramAge_IsRead()
    {
        using var reader = new StreamReader(AgeFile.Open(new MemoryStream(Convert.FromBase64String(ByAge)), Passphrase), Encoding.ASCII);

        Assert.Equal("made by age", await reader.ReadToEndAsync(TestDatabase.Cancel));
    }
}
