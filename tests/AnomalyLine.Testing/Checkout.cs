namespace AnomalyLine.Testing;

/// <summary>The source that the tests were built from.</summary>
public static class Checkout
{
    /// <summary>Its folder, which holds AnomalyLine.sln.</summary>
    public static string Folder { get; } = Find();

    /// <summary>The full path of a file or folder in it.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Folder, .. parts]);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "AnomalyLine.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds AnomalyLine.sln; run the tests from their build output.");
        return folder.FullName;
    }
}
