using System.IO.Compression;
using System.Text;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Tests.Methods;

namespace AnomalyLine.Vision.Tests.Models;

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

    private string Good => trained.Of("ae-l2").Result.Path;

    private static void Refused(string path, string because)
    {
        var error = Assert.Throws<ModelFileException>(() => AnomalyModel.Load(path, "cpu"));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    private static byte[] Replace(byte[] json, string old, string changed)
    {
        var text = Encoding.UTF8.GetString(json);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(old, changed, StringComparison.Ordinal));
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
