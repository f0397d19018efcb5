using System.Text;
using AnomalyLine.Management.Access;

namespace AnomalyLine.Management.Tests.Access;

public sealed class PasswordHashTests
{
    /// <summary>The test vectors of RFC 7914, section 12 (the last one needs 1 GiB and is left out).</summary>
    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    [InlineData("pleaseletmein", "SodiumChloride", 16384, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")]
    public void Scrypt_VectorsOfTheStandard_AreMet(string password, string salt, int cost, int blockSize, int parallel, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Scrypt.Derive(Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(salt), cost, blockSize, parallel, expected.Length / 2)));

    /// <summary>The same file that the gateway's tests read.</summary>
    [Fact]
    public void Verify_LinesOfTheGateway_FitTheirPasswordsOnly()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "users-of-the-server");
        var users = new UserList(file, TimeProvider.System);
        Assert.Equal("", users.Fault);
        Assert.Equal([("old", AccessRole.Operator), ("anna", AccessRole.Engineer), ("vera", AccessRole.Viewer)], users.All.Select(user => (user.Name, user.Role)));
        Assert.Equal("anna", users.Verify("anna", "a password of anna")?.Name);
        Assert.Equal("old", users.Verify("old", "secret")?.Name);
        Assert.Null(users.Verify("vera", "a password of anna"));
        Assert.Null(users.Verify("nobody", "secret"));
    }

    [Fact]
    public void Create_OfOnePasswordTwice_GivesTwoHashesThatFitIt()
    {
        var (one, other) = (PasswordHash.Create("a long password"), PasswordHash.Create("a long password"));
        Assert.NotEqual(one.ToString(), other.ToString());
        Assert.StartsWith("pbkdf2-sha512$210000$", one.ToString(), StringComparison.Ordinal);
        Assert.True(one.Fits("a long password"));
        Assert.False(one.Fits("a long passworD"));
    }

    [Theory]
    [InlineData("md5$1$c2FsdA==$aGFzaGhhc2hoYXNoaGFzaA==", "unknown kind")]
    [InlineData("pbkdf2-sha512$0$c2FsdA==$aGFzaGhhc2hoYXNoaGFzaA==", "1..10000000 iterations")]
    [InlineData("pbkdf2-sha512$99999999$c2FsdA==$aGFzaGhhc2hoYXNoaGFzaA==", "1..10000000 iterations")]
    [InlineData("scrypt$1000$8$1$c2FsdA==$aGFzaGhhc2hoYXNoaGFzaA==", "power of two")]
    [InlineData("scrypt$1048576$8$1$c2FsdA==$aGFzaGhhc2hoYXNoaGFzaA==", "below 256 MiB")]
    [InlineData("pbkdf2-sha512$210000$c2FsdA==$aGFzaA==", "is neither")]
    [InlineData("secret", "is neither")]
    public void TryParse_WhatIsNoGoodHash_SaysWhy(string text, string expected)
    {
        Assert.False(PasswordHash.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
