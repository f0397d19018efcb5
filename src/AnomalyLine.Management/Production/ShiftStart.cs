using System.Globalization;

namespace AnomalyLine.Management.Production;

/// <summary>When a shift begins on each day, and its name.</summary>
internal sealed record ShiftStart(TimeOnly Time, string Name)
{
    private const int Most = 12, MaxNameLength = 32;

    /// <summary>Reads "06:00 early, 14:00 late", with all that is wrong in it.</summary>
    public static IReadOnlyList<ShiftStart> Read(string text, out IReadOnlyList<string> errors)
    {
        var (starts, wrong) = (new List<ShiftStart>(), new List<string>());
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var words = part.Split(' ', 2, StringSplitOptions.TrimEntries);
            if (words.Length < 2 || !TimeOnly.TryParseExact(words[0], "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            {
                wrong.Add($"has \"{part}\"; use a time and a name, such as 06:00 early.");
                continue;
            }

            if (time.Minute % 15 != 0) wrong.Add($"has \"{part}\"; shifts begin at quarters of an hour.");
            if (words[1].Length > MaxNameLength || words[1].Any(char.IsControl)) wrong.Add($"has the name \"{words[1]}\"; use at most {MaxNameLength} characters.");
            if (starts.Any(start => start.Name == words[1])) wrong.Add($"has the name \"{words[1]}\" twice; use it once.");
            if (starts.Count > 0 && time <= starts[^1].Time) wrong.Add($"has \"{part}\" after {starts[^1].Time.ToString("HH:mm", CultureInfo.InvariantCulture)}; put them in order of the day.");
            starts.Add(new ShiftStart(time, words[1]));
        }

        if (starts.Count > Most) wrong.Add($"has {starts.Count} shifts; use at most {Most}.");
        errors = wrong;
        return starts;
    }
}
