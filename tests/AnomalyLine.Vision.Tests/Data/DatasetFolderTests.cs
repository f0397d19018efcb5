using System.Security.Cryptography;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Vision.Tests.Data;

public sealed class DatasetFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_FullLayout_ListsFramesAndMasks()
    {
        foreach (var name in (string[])["train/good/b.PNG", "train/good/B.jpg", "train/good/a.jpeg", "train/good/c.Bmp", "train/good/notes.txt", "train/good/.hidden.png",
            "train/good/deeper/x.png", "test/good/0.png", "test/scratch/0.jpg", "test/scratch/1.jpg", "test/dent/7.png", "ground_truth/scratch/0_mask.png", "ground_truth/dent/7_mask.png"])
            _folder.File(name, [1]);

        var data = DatasetFolder.Open(_folder.Path + "/");

        Assert.Equal(Path.GetFileName(_folder.Path), data.Name);
        Assert.Equal(["B.jpg", "a.jpeg", "b.PNG", "c.Bmp"], data.TrainNormals.Select(Path.GetFileName));
        Assert.Equal(
            [
                new(At("test/dent/7.png"), "dent", At("ground_truth/dent/7_mask.png")),
                new(At("test/good/0.png"), "good", null),
                new(At("test/scratch/0.jpg"), "scratch", At("ground_truth/scratch/0_mask.png")),
                new(At("test/scratch/1.jpg"), "scratch", null),
            ],
            data.TestFrames);
        Assert.Equal([false, true, false, false], data.TestFrames.Select(f => f.IsNormal));
    }

    [Fact]
    public void Open_NoTest_ListsNone()
    {
        _folder.File("train/good/a.png", [1]);

        Assert.Empty(DatasetFolder.Open(_folder.Path).TestFrames);
    }

    [Fact]
    public void Open_MissingFolder_NamesIt() =>
        Assert.Contains("nowhere: no such folder", Assert.Throws<DatasetException>(() => DatasetFolder.Open(At("nowhere"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_NoTrainGood_SaysWhereFramesGo()
    {
        _folder.File("images/a.png", [1]);

        Assert.Contains("no folder train/good", Assert.Throws<DatasetException>(() => DatasetFolder.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherTypesFoldersAndCase_AreReadOrCounted()
    {
        foreach (var name in (string[])["train/GOOD/a.tif", "train/GOOD/b.webp", "train/GOOD/c.PGM", "train/GOOD/d.txt", "train/GOOD/monday/e.png", "train/bad/f.png", "train/g.png",
            "test/ok/0.tiff", "test/Good/1.png", "test/dent/2.png", "test/dent/3.png", "ground_truth/dent/2.bmp"])
            _folder.File(name, [1]);

        var data = DatasetFolder.Open(_folder.Path);

        Assert.Equal(["a.tif", "b.webp", "c.PGM"], data.TrainNormals.Select(Path.GetFileName));
        Assert.Equal([("1.png", true), ("2.png", false), ("3.png", false), ("0.tiff", true)], data.TestFrames.Select(f => (Path.GetFileName(f.Path), f.IsNormal)));
        Assert.Equal(At("ground_truth/dent/2.bmp"), data.TestFrames[1].MaskPath);
        Assert.Equal(
            [
                "train: left out 1 frames that lie in no folder of a kind, such as train/good.",
                "train/GOOD: left out 1 frame in a folder below (monday), which are not read; files that are no frames (1 .txt).",
                "train: left out 1 frames in bad; only good parts are learnt.",
                "1 of 2 defective frames have no mask: for test/dent/3.png ground_truth/dent/3_mask.png and ground_truth/dent/3.png were looked for, and the same as jpg, jpeg, bmp, tif, tiff, webp, pgm, ppm.",
            ],
            data.Notes);
    }

    [Fact]
    public void OpenToTest_NoTrain_ListsTheTestFrames()
    {
        _folder.File("test/good/a.png", [1]);

        Assert.Single(DatasetFolder.OpenToTest(_folder.Path).TestFrames);
    }

    [Fact]
    public void Open_EmptyTrainGood_SaysSo()
    {
        _folder.File("train/good/readme.md", [1]);

        Assert.Contains("holds no frame", Assert.Throws<DatasetException>(() => DatasetFolder.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_TwoFiles_IsTheDocumentedSum()
    {
        string a = _folder.File("one/a.png", [1, 2]), b = _folder.File("two/b.png", [3]);
        byte[] expected = SHA256.HashData([.. "a.png"u8, 0, .. SHA256.HashData([1, 2]), .. "b.png"u8, 0, .. SHA256.HashData([3])]);

        Assert.Equal(Convert.ToHexStringLower(expected), DatasetFolder.Digest([b, a]));
    }

    [Fact]
    public void Digest_ChangedByteOrName_Differs()
    {
        var digests = new[]
        {
            DatasetFolder.Digest([_folder.File("1/a.png", [1, 2])]), DatasetFolder.Digest([_folder.File("2/a.png", [1, 3])]), DatasetFolder.Digest([_folder.File("3/b.png", [1, 2])]),
        };

        Assert.Distinct(digests);
        Assert.Equal(digests[0], DatasetFolder.Digest([_folder.File("4/a.png", [1, 2])]));
    }

    [Fact]
    public void Digest_MissingFile_NamesIt() => Assert.Contains("gone.png", Assert.Throws<DatasetException>(() => DatasetFolder.Digest([At("gone.png")])).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Path, name);
}
