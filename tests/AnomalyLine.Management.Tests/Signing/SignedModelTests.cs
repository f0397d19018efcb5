using System.IO.Compression;
using AnomalyLine.Detection.Models;
using AnomalyLine.Inspection;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Signing;
using AnomalyLine.Management.Tests.Storage;
using AnomalyLine.Management.Tests.Training;

namespace AnomalyLine.Management.Tests.Signing;

/// <summary>Who signed a model file decides whether it is stored and loaded.</summary>
[Trait("Speed", "Slow")]
public sealed class SignedModelTests(SmallModels models) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-signed-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Add_ModelThatThisServerTrained_IsSignedAndLoadsWhereOnlyTrustedOnesDo()
    {
        var (store, signers, own) = Open("line", ModelSignatures.Trusted);

        var model = await AddAsync(store, models.Poor.Path, isOwn: true);

        Assert.Equal(own, model.Signer);
        Assert.NotEqual(models.Poor.Version, model.Version);
        var (path, doubt) = store.GetTrusted(model.Version);
        Assert.Equal("", doubt);
        using (var loaded = ModelLoader.Load(path, "cpu")) Assert.Equal(model.Version, loaded.Version);
        Assert.Equal(model.Version, (await AddAsync(store, path)).Version);

        // A restore gives the server another key; what it signed before stays trusted.
        File.Delete(In("line", SigningKey.FileName));
        using var other = SigningKey.Open(In("line"));
        signers.TrustOwn(other.Fingerprint, TimeProvider.System);
        signers.TrustOwn(other.Fingerprint, TimeProvider.System);
        Assert.Equal([own, other.Fingerprint], signers.All.Select(signer => signer.Fingerprint));
        Assert.Equal("", store.GetTrusted(model.Version).Doubt);
    }

    [Fact]
    public async Task Add_UnsignedOrOfAStranger_IsTakenWithAWordOrRefusedByThePolicy()
    {
        var (any, _, _) = Open("any", ModelSignatures.Any);
        var (trusting, signers, _) = Open("trusting", ModelSignatures.Trusted);
        var foreign = Copy("foreign.alm");
        string stranger;
        using (var key = SigningKey.Open(In("elsewhere")))
        {
            SignedFile.Sign(foreign, key);
            stranger = key.Fingerprint;
        }

        Assert.Equal("is not signed", any.GetTrusted((await AddAsync(any, models.Poor.Path)).Version).Doubt);
        Assert.Contains($"was signed by {stranger}, whom", any.GetTrusted((await AddAsync(any, foreign)).Version).Doubt, StringComparison.Ordinal);
        Assert.Contains("is not signed, and this server loads signed models only", (await Assert.ThrowsAsync<ModelFileException>(() => AddAsync(trusting, models.Poor.Path))).Message, StringComparison.Ordinal);
        Assert.Contains($"'anomalyline signers trust NAME {stranger}'", (await Assert.ThrowsAsync<ModelFileException>(() => AddAsync(trusting, foreign))).Message, StringComparison.Ordinal);
        Assert.Empty(trusting.List());

        Assert.Equal("line-2", signers.Trust("line-2", stranger).Value.Name);
        var taken = await AddAsync(trusting, foreign);
        Assert.Equal(("", stranger), (trusting.GetTrusted(taken.Version).Doubt, taken.Signer));
        Assert.Null(signers.Distrust("line-2").Error);
        Assert.Throws<ModelFileException>(() => trusting.GetTrusted(taken.Version));
    }

    [Theory]
    [InlineData(ModelSignatures.Any)]
    [InlineData(ModelSignatures.Trusted)]
    public async Task Add_FileThatWasChangedAfterItWasSigned_IsRefused(ModelSignatures policy)
    {
        var (store, _, _) = Open("line", policy);
        var signed = Copy("signed.alm");
        using (var key = SigningKey.Open(In("line"))) SignedFile.Sign(signed, key);
        using (var zip = ZipFile.Open(signed, ZipArchiveMode.Update))
        {
            var manifest = zip.GetEntry("manifest.json")!;
            string text;
            using (var reader = new StreamReader(manifest.Open())) text = await reader.ReadToEndAsync(TestDatabase.Cancel);
            manifest.Delete();
            await using var written = new StreamWriter(zip.CreateEntry("manifest.json").Open());
            await written.WriteAsync(text.Replace("\"seed\": 0", "\"seed\": 7", StringComparison.Ordinal).Replace("\"preset\": \"fast\"", "\"preset\": \"slow\"", StringComparison.Ordinal));
        }

        Assert.Contains("its signature is not that of its manifest", (await Assert.ThrowsAsync<ModelFileException>(() => AddAsync(store, signed))).Message, StringComparison.Ordinal);
        Assert.Throws<ModelFileException>(() => SignedFile.SignerOf(signed));
    }

    [Fact]
    public async Task GetTrusted_FileOfAnotherContentThanWasStored_IsRefused()
    {
        var (store, _, _) = Open("line", ModelSignatures.Any);
        var model = await AddAsync(store, models.Poor.Path);
        var path = store.GetPath(model.Version);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Copy(models.Good.Path, path, overwrite: true);

        Assert.Contains("is not the file that was stored", Assert.Throws<ModelFileException>(() => store.GetTrusted(model.Version)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sign_AnyOtherFile_HasItsSignatureBesideAndShowsEachChange()
    {
        var export = Path.Combine(_folder.FullName, "audit.jsonl");
        File.WriteAllText(export, "{\"sequence\":1}\n");
        using var key = SigningKey.Open(In("line"));

        Assert.Equal("", SignedFile.SignerOf(export));
        Assert.Equal(export + ".sig", SignedFile.Sign(export, key));
        Assert.Equal(key.Fingerprint, SignedFile.SignerOf(export));
        File.AppendAllText(export, "{\"sequence\":2}\n");
        Assert.Throws<SignatureException>(() => SignedFile.SignerOf(export));
        File.WriteAllText(export + ".sig", "{}");
        Assert.Throws<SignatureException>(() => SignedFile.SignerOf(export));
    }

    [Theory]
    [InlineData("a b", "SHA256:0000000000000000000000000000000000000000000000000000000000000000", "cannot be a signer's name")]
    [InlineData("line-2", "0000", "is no fingerprint")]
    public void Trust_WhatIsNoSigner_SaysWhatToWrite(string name, string fingerprint, string message)
    {
        var error = new TrustedSigners(In("line")).Trust(name, fingerprint).Error;
        Assert.Equal(LineErrorCode.InvalidAccount, error!.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_FileWithALineThatIsNone_TrustsNobodyAndNamesIt()
    {
        Directory.CreateDirectory(In("line"));
        File.WriteAllText(In("line", TrustedSigners.FileName), "line-2 SHA256:12\n");
        Assert.Contains("line-2 SHA256:12", Assert.Throws<SignatureException>(() => new TrustedSigners(In("line")).All).Message, StringComparison.Ordinal);
    }

    private (ModelStore Store, TrustedSigners Signers, string Own) Open(string name, ModelSignatures policy)
    {
        var signers = new TrustedSigners(In(name));
        using var key = SigningKey.Open(In(name));
        signers.TrustOwn(key.Fingerprint, TimeProvider.System);
        return (new ModelStore(In(name, "models"), trust: new ModelTrust(In(name), policy, signers)), signers, key.Fingerprint);
    }

    private static async Task<StoredModel> AddAsync(ModelStore store, string path, bool isOwn = false)
    {
        await using var file = File.OpenRead(path);
        return await store.AddAsync(file, TestDatabase.Cancel, isOwn);
    }

    private string Copy(string name)
    {
        File.Copy(models.Poor.Path, In(name));
        return In(name);
    }

    private string In(params string[] names) => Path.Combine([_folder.FullName, .. names]);
}
