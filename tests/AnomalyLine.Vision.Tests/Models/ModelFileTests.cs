using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AnomalyLine.Detection.Models;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Vision.Tests.Methods;

namespace AnomalyLine.Vision.Tests.Models;

[Trait("Speed", "Slow")]
public sealed class ModelFileTests(TrainedMethods trained)
{
    [Fact]
    public void ReadManifest_TrainedModel_SaysWhatItIs()
    {
        var (manifest, version, sha256) = ModelFile.ReadManifest(Good);
        Assert.Equal("ae-l2", manifest.Method);
        Assert.Equal($"ae-l2-{sha256[..12]}", version);
        Assert.Equal(32, manifest.TrainingSet.Count);
        Assert.Equal(8, manifest.Calibration.Count);
        Assert.False(manifest.Calibration.IsCertified);
        Assert.Equal(3, manifest.References.Count);
    }

    [Fact]
    public void Load_MissingFile_NamesIt() => Refused(Path.Combine(Path.GetTempPath(), "none.alm"), "no such file");

    [Fact]
    public void Load_CutShort_IsRefused() => Refused(Changed(bytes => bytes[..(bytes.Length / 2)]), "not a model file, or damaged");

    [Fact]
    public void Load_OtherFile_IsRefused() => Refused(Changed(_ => Encoding.UTF8.GetBytes("hello")), "not a model file, or damaged");

    [Fact]
    public void Load_OneBitOfTheWeightsFlipped_IsRefused() => Refused(Rewritten("weights.safetensors", bytes =>
    {
        bytes[^20] ^= 1;
        return bytes;
    }), "does not have the SHA-256");

    [Fact]
    public void Load_NewerFormat_IsRefused() => Refused(
        Rewritten("manifest.json", json => Replace(json, "\"formatVersion\": 1", "\"formatVersion\": 2")), "has format version 2; this program reads 1");

    [Fact]
    public void Load_UnknownMethod_IsRefused() => Refused(
        Rewritten("manifest.json", json => Replace(json, "\"method\": \"ae-l2\"", "\"method\": \"magic\"")), "method 'magic' is unknown");

    [Fact]
    public void Load_ReferenceScoreThatDiffers_IsRefused() => Refused(
        Rewritten("manifest.json", json => Replace(json, "\"score\": ", "\"score\": 1")), "it would judge differently and is refused");

    [Fact]
    public void Load_OptionsOfAnotherNetwork_IsRefused() => Refused(
        Rewritten("manifest.json", json => Replace(json, "\"latent\": 32", "\"latent\": 33")), "but the network has");

    [Fact]
    public void Load_ManifestThatUnpacksToMoreThanOneCanHave_IsRefusedBeforeItIsUnpacked() => Refused(
        Rewritten("manifest.json", json => [.. json, .. Enumerable.Repeat((byte)' ', 17 << 20)]), "more than the limit of 16777216");

    [Fact]
    public void Load_FilesThatUnpackToManyTimesTheArchive_AreRefusedBeforeTheyAreUnpacked()
    {
        var zeros = new byte[64 << 20];
        var path = Rewritten("manifest.json", json => Replace(json, "\"files\": {", $"\"files\": {{ \"bomb\": \"{Convert.ToHexStringLower(SHA256.HashData(zeros))}\","));
        Add(path, "bomb", zeros);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Refused(path, "bytes unpacked, the limit for an archive of");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, zeros.Length / 4);
    }

    [Theory]
    [InlineData("evil.sh", "which the manifest does not name")]
    [InlineData("weights.safetensors", "has weights.safetensors twice")]
    public void Load_FileBesideThoseOfTheManifest_IsRefused(string name, string because)
    {
        var path = Changed(bytes => bytes);
        Add(path, name, [1, 2, 3]);
        Refused(path, because);
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("[{\"file\": null, \"score\": 1}]")]
    [InlineData("null")]
    public void Load_ReferencesThatNameNoFile_AreRefused(string references) => Refused(
        Rewritten("manifest.json", json =>
        {
            var manifest = JsonNode.Parse(json)!;
            manifest["references"] = JsonNode.Parse(references);
            return Encoding.UTF8.GetBytes(manifest.ToJsonString());
        }), "the manifest cannot be read");

    private string Good => trained.Of("ae-l2").Result.Path;

    private static void Refused(string path, string because)
    {
        var error = Assert.Throws<ModelFileException>(() => ModelLoader.Load(path, "cpu"));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    private static byte[] Replace(byte[] json, string old, string changed)
    {
        var text = Encoding.UTF8.GetString(json);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(old, changed, StringComparison.Ordinal));
    }

    private static void Add(string path, string name, byte[] content)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Update);
        using var target = zip.CreateEntry(name).Open();
        target.Write(content);
    }

    private string Changed(Func<byte[], byte[]> change)
    {
        var path = $"{Good}.{Guid.NewGuid():N}";
        File.WriteAllBytes(path, change(File.ReadAllBytes(Good)));
        return path;
    }

    private string Rewritten(string entry, Func<byte[], byte[]> change)
    {
        var path = Changed(bytes => bytes);
        using var zip = ZipFile.Open(path, ZipArchiveMode.Update);
        byte[] content;
        using (var stream = zip.GetEntry(entry)!.Open())
        using (var memory = new MemoryStream())
        {
            stream.CopyTo(memory);
            content = memory.ToArray();
        }

        zip.GetEntry(entry)!.Delete();
        using var target = zip.CreateEntry(entry).Open();
        target.Write(change(content));
        return path;
    }
}
