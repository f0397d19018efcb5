namespace AnomalyLine.Architecture.Tests;

/// <summary>The checkout that these tests were built from, as files.</summary>
internal static class Repository
{
    private static readonly string[] Skipped = ["bin", "obj", "node_modules", "dist", "generated", "artifacts", "TestResults", ".git"];

    /// <summary>Full path of the folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Files under folders of the checkout, by extension such as ".cs"; paths from the root with forward slashes. What a build made is left out.</summary>
    public static IReadOnlyList<string> Files(string[] folders, params string[] extensions) =>
        [.. folders.SelectMany(folder => Walk(Path.Combine(Root, folder))).Select(Relative).Where(file => extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal)];

    /// <summary>Folders under folders of the checkout, themselves left out.</summary>
    public static IReadOnlyList<string> Folders(params string[] folders) =>
        [.. folders.SelectMany(folder => Subfolders(Path.Combine(Root, folder))).Select(Relative).Order(StringComparer.Ordinal)];

    /// <summary>All text of a file.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static IEnumerable<string> Walk(string folder) => Directory.GetFiles(folder).Concat(Subfolders(folder).SelectMany(Directory.GetFiles));

    private static IEnumerable<string> Subfolders(string folder) => Directory.GetDirectories(folder)
        .Where(sub => !Skipped.Contains(Path.GetFileName(sub))).SelectMany(sub => Subfolders(sub).Prepend(sub));

    private static string FindRoot(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AnomalyLine.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No AnomalyLine.sln at or above {start}; run the tests from a checkout.");
    }
}
