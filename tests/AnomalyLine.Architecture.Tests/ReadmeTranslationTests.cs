using System.Text.RegularExpressions;

namespace AnomalyLine.Architecture.Tests;

/// <summary>README.zh-CN.md says what README.md says: whatever needs no translation is the same in both.</summary>
public sealed partial class ReadmeTranslationTests
{
    private const string English = "README.md", Chinese = "README.zh-CN.md";

    [Fact]
    public void CodeBlocks_InBoth_AreTheSame() => Same("The same code blocks, in the same order.", text => Block().Matches(text).Select(match => match.Value), inOrder: true);

    [Fact]
    public void Headings_InBoth_HaveTheSameLevels() => Same("As many headings, of the same levels.", text => Heading().Matches(Block().Replace(text, "")).Select(match => match.Value), inOrder: true);

    [Fact]
    public void LinksAndPictures_InBoth_LeadToTheSame() => Same("The same links and pictures.", text => Link().Matches(text).Select(match => match.Value).Where(link => link is not ($"]({English})" or $"]({Chinese})")));

    [Fact]
    public void CommandsAndNames_InBoth_AreTheSame() => Same("The same commands and names in the sentences.", text => Code().Matches(Block().Replace(text, "")).Select(match => match.Value));

    [Fact]
    public void Figures_InBoth_AreTheSame() => Same("The same figures with a decimal point, and as many rows of tables.", text => Figure().Matches(text).Select(match => match.Value).Append($"{text.Split('\n').Count(line => line.StartsWith('|'))} rows"));

    [Fact]
    public void Readme_AtItsTop_LeadsToTheOther()
    {
        Assert.Contains($"]({Chinese})", Top(English), StringComparison.Ordinal);
        Assert.Contains($"]({English})", Top(Chinese), StringComparison.Ordinal);

        static string Top(string file) => Repository.Read(file).Split("\n## ")[0].Split('\n')[2];
    }

    private static void Same(string rule, Func<string, IEnumerable<string>> of, bool inOrder = false)
    {
        var (english, chinese) = (of(Repository.Read(English)).ToList(), of(Repository.Read(Chinese)).ToList());
        Assert.NotEmpty(english);
        Rule.Holds($"{Chinese} has what {English} has. {rule}", Less(english, chinese).Select(found => $"only in {English}: {found}").Concat(Less(chinese, english).Select(found => $"only in {Chinese}: {found}")));
        if (inOrder) Assert.Equal(english, chinese);
    }

    /// <summary>What is more often in one list than in another.</summary>
    private static IEnumerable<string> Less(IReadOnlyList<string> all, IReadOnlyList<string> others) =>
        all.GroupBy(each => each, StringComparer.Ordinal).Where(group => group.Count() > others.Count(other => other == group.Key)).Select(group => group.Key);

    [GeneratedRegex("^```.*?^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("^#+(?= )", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\([^)\s]+\)|<https?://[^>]+>")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\d+(?:\.\d+)+")]
    private static partial Regex Figure();
}
