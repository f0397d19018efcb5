using System.Text;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Management.Tests.Access;

/// <summary>One-time passwords against the vectors of their standards, and that each counts once.</summary>
public sealed class SecondFactorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-factor-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 8, 0, 10, TimeSpan.Zero));

    public void Dispose() => _folder.Delete(recursive: true);

    // RFC 6238, appendix B: eight digits of SHA-1, whose last six are the code here.
    [Theory]
    [InlineData(59, 94287082)]
    [InlineData(1111111109, 07081804)]
    [InlineData(1111111111, 14050471)]
    [InlineData(1234567890, 89005924)]
    [InlineData(2000000000, 69279037)]
    [InlineData(20000000000, 65353130)]
    public void CodeOf_VectorsOfTheStandard_AreTheirs(long seconds, int expected)
    {
        var secret = "12345678901234567890"u8.ToArray();
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal($"{expected % 1_000_000:D6}", Totp.CodeOf(secret, Totp.StepOf(time)));
        Assert.Equal(Totp.StepOf(time), Totp.Match(secret, $" {expected % 1_000_000:D6} ", time, last: 0));
    }

    // RFC 4648, section 10, without padding.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void TextOf_VectorsOfTheStandard_AreTheirs(string secret, string expected) => Assert.Equal(expected, Totp.TextOf(Encoding.ASCII.GetBytes(secret)));

    [Fact]
    public void UriOf_NameWithSigns_IsEscaped() =>
        Assert.Equal("otpauth://totp/AnomalyLine:anna%40plant%20x?secret=MZXW6YTB&issuer=AnomalyLine", Totp.UriOf("anna@plant x", "AnomalyLine", "fooba"u8.ToArray()));

    [Fact]
    public void Match_ClockThatIsOff_ByHalfAMinuteAndNoMore()
    {
        var secret = Totp.NewSecret();
        foreach (var (seconds, isGood) in new[] { (-90, false), (-30, true), (0, true), (30, true), (90, false) })
            Assert.Equal(isGood, Totp.Match(secret, Totp.CodeOf(secret, Totp.StepOf(_time.GetUtcNow().AddSeconds(seconds))), _time.GetUtcNow(), last: 0) is not null);
    }

    [Fact]
    public void Verify_CodeThatWasTakenOrOneBeforeIt_IsRefusedAlsoAfterARestart()
    {
        var secret = Totp.NewSecret();
        var before = CodeOf(secret, -30);
        Assert.Equal(SecondFactorList.RecoveryCodes, List().Set("anna", secret, CodeOf(secret)).Value.Count);

        Assert.Equal(LineErrorCode.InvalidAccount, List().Verify("anna", CodeOf(secret)).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidAccount, List().Verify("anna", before).Error?.Code);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(SecondFactorList.RecoveryCodes, List().Verify("anna", CodeOf(secret)).Value);
        Assert.Equal(LineErrorCode.InvalidAccount, List().Verify("anna", CodeOf(secret)).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidAccount, List().Verify("bert", CodeOf(secret)).Error?.Code);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder.FullName, SecondFactorList.FileName)));
    }

    [Fact]
    public void Verify_RecoveryCode_CountsOnceAndIsKeptAsItsHash()
    {
        var secret = Totp.NewSecret();
        var codes = List().Set("anna", secret, CodeOf(secret)).Value;
        Assert.Equal(SecondFactorList.RecoveryCodes, codes.Distinct(StringComparer.Ordinal).Count());
        var file = File.ReadAllText(Path.Combine(_folder.FullName, SecondFactorList.FileName));
        Assert.All(codes, code => Assert.DoesNotContain(code.Replace("-", "", StringComparison.Ordinal), file, StringComparison.Ordinal));

        Assert.Equal(9, List().Verify("anna", codes[3].ToUpperInvariant()).Value);
        Assert.Equal(LineErrorCode.InvalidAccount, List().Verify("anna", codes[3]).Error?.Code);
        Assert.Equal(8, List().Verify("anna", codes[4].Replace("-", " ", StringComparison.Ordinal)).Value);
        Assert.Null(List().Remove("anna"));
        Assert.Equal(LineErrorCode.InvalidAccount, List().Verify("anna", codes[5]).Error?.Code);
    }

    [Fact]
    public void Set_WrongCode_ChangesNothing()
    {
        var (first, second) = (Totp.NewSecret(), Totp.NewSecret());
        List().Set("anna", first, CodeOf(first));
        Assert.Equal(LineErrorCode.InvalidAccount, List().Set("anna", second, CodeOf(first)).Error?.Code);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(List().Verify("anna", CodeOf(first)).Error);
    }

    [Fact]
    public void Verify_FileThatIsDamaged_LetsNobodyIn()
    {
        var secret = Totp.NewSecret();
        List().Set("anna", secret, CodeOf(secret));
        File.WriteAllText(Path.Combine(_folder.FullName, SecondFactorList.FileName), "{\"anna\": {}}");
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(LineErrorCode.AccountsUnusable, List().Verify("anna", CodeOf(secret)).Error?.Code);
    }

    private SecondFactorList List() => new(Path.Combine(_folder.FullName, SecondFactorList.FileName), _time);

    private string CodeOf(byte[] secret, int seconds = 0) => Totp.CodeOf(secret, Totp.StepOf(_time.GetUtcNow().AddSeconds(seconds)));
}
