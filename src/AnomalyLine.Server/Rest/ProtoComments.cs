using System.Text.RegularExpressions;

namespace AnomalyLine.Server.Rest;

/// <summary>The comments of the contract, by the full name of what they stand before; the compiled contract has none.</summary>
internal static partial class ProtoComments
{
    private const string Prefix = "protos/";

    /// <summary>From the proto files inside this program.</summary>
    public static IReadOnlyDictionary<string, string> Read()
    {
        var comments = new Dictionary<string, string>(StringComparer.Ordinal);
        var assembly = typeof(ProtoComments).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            Read(reader.ReadToEnd(), comments);
        }

        return comments;
    }

    /// <summary>One file, formatted as the project's are: one declaration a line, its comment above it.</summary>
    internal static void Read(string proto, Dictionary<string, string> comments)
    {
        var scope = new Stack<string>();
        var above = new List<string>();
        foreach (var line in proto.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("//", StringComparison.Ordinal))
            {
                above.Add(line[2..].Trim());
                continue;
            }

            if (Package().Match(line) is { Success: true } package) scope.Push(package.Groups["name"].Value);
            if (Declaration().Match(line) is { Success: true } declared)
            {
                var name = declared.Groups["block"].Success ? declared.Groups["block"].Value : declared.Groups["field"].Value;
                if (above.Count > 0) comments[string.Join('.', scope.Reverse().Append(name).Where(part => part.Length > 0))] = string.Join(' ', above);
                if (line.EndsWith('{')) scope.Push(declared.Groups["oneof"].Success ? "" : name);
            }
            else if (line.EndsWith('{'))
            {
                scope.Push("");
            }

            if (line is "}" or "};") scope.Pop();
            above.Clear();
        }
    }

    [GeneratedRegex(@"^package (?<name>[\w.]+);", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Package();

    [GeneratedRegex(@"^(?:(?:service|message|enum|rpc|(?<oneof>oneof)) (?<block>\w+)|(?:(?:optional|repeated) )?(?:[\w.<>, ]+ )?(?<field>\w+) = \d+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Declaration();
}
