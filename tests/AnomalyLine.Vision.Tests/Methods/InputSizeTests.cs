using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class InputSizeTests
{
    public static TheoryData<string, string> Presets => [.. MethodCatalog.All.SelectMany(m => new[] { "balanced", "fast" }.Select(p => new TheoryDataRow<string, string>(m.Name, p)))];

    [Theory]
    [InlineData(256, 1, "256")]
    [InlineData(256, 4 / 3.0, "288x224")]
    [InlineData(256, 3 / 4.0, "224x288")]
    [InlineData(256, 3 / 2.0, "288x192")]
    [InlineData(256, 16 / 9.0, "352x192")]
    [InlineData(256, 4, "512x128")]
    [InlineData(256, 1 / 4.0, "128x512")]
    [InlineData(128, 4 / 3.0, "128x96")]
    public void WithProportions_OfFrames_NearestInThemAndInNumberOfPixels(int side, double proportions, string expected) =>
        Assert.Equal(expected, ((InputSize)side).WithProportions(proportions, 32).ToString());

    /// <summary>From long strips to tall ones every method has a size that it takes, of which a frame covers nearly all, with about as many pixels as the square.</summary>
    [Theory]
    [MemberData(nameof(Presets))]
    public void SizeFor_AnyMethodAndProportions_IsTakenAndWellFilled(string name, string preset)
    {
        var options = MethodCatalog.Find(name)!.Presets[preset];
        for (var proportions = 1 / 3.0; proportions <= 3; proportions *= 1.05)
        {
            var size = options.SizeFor(proportions);
            Assert.Empty((options with { Size = size }).Validate());
            var own = (double)size.Width / size.Height;
            Assert.InRange(Math.Min(own / proportions, proportions / own), 0.85, 1);
            Assert.InRange((double)size.Width * size.Height / (options.Size.Width * options.Size.Height), 0.6, 3.1);
        }
    }

    [Theory]
    [InlineData("256", 256, 256)]
    [InlineData("320x192", 320, 192)]
    [InlineData("192X320", 192, 320)]
    public void Change_Size_OfEitherForm(string text, int width, int height)
    {
        var start = MethodCatalog.Find("padim")!.Presets["fast"];
        var options = OptionsJson.Change(start, new Dictionary<string, string> { ["size"] = text }, out var errors);
        Assert.Empty(errors);
        Assert.Equal(new InputSize(width, height), options.Size);
        Assert.Equal(options.Size, OptionsJson.Read(OptionsJson.Write(options), options.GetType()).Size);
    }

    [Theory]
    [InlineData("320x")]
    [InlineData("x192")]
    [InlineData("1x2x3")]
    [InlineData("-256")]
    [InlineData("wide")]
    [InlineData("")]
    public void Change_NoSize_SaysWhatItTakes(string text)
    {
        OptionsJson.Change(MethodCatalog.Find("padim")!.Presets["fast"], new Dictionary<string, string> { ["size"] = text }, out var errors);
        Assert.Contains("320x192", Assert.Single(errors), StringComparison.Ordinal);
    }

    /// <summary>Files of earlier releases have one number.</summary>
    [Fact]
    public void Read_SizeAsNumber_IsASquare()
    {
        var json = OptionsJson.Write(MethodCatalog.Find("padim")!.Presets["fast"]);
        Assert.Equal(256, json["size"]!.GetValue<int>());
        json.Remove("fit");
        Assert.Equal(new InputSize(256, 256), OptionsJson.Read(json, typeof(Learning.Methods.Padim.PadimOptions)).Size);
    }
}
