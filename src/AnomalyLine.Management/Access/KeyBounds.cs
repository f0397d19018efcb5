using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Access;

/// <summary>What a key is good for beside its role. In the file of keys, behind the day on which it was made: <c>;until=2027-01-31;stations=press-1,press-2;from=10.1.0.0/16</c>.</summary>
/// <param name="LastDay">The last day on which it is good, UTC; null for no end.</param>
/// <param name="Stations">The stations whose frames it may send; empty for all. For cameras only.</param>
/// <param name="Networks">Where it may come from; empty for anywhere.</param>
public sealed partial record KeyBounds(DateOnly? LastDay, IReadOnlyList<string> Stations, IReadOnlyList<IPNetwork> Networks)
{
    private const string DayForm = "yyyy-MM-dd";

    /// <summary>No bounds.</summary>
    public static KeyBounds None { get; } = new(null, [], []);

    /// <summary>Those of a key.</summary>
    public static KeyBounds Of(Account key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Secret.IndexOf(';', StringComparison.Ordinal) is var at && at >= 0 && TryParse(key.Secret[at..], out var bounds, out _) ? bounds : None;
    }

    /// <summary>From what people write: a day, names, and addresses or networks; an empty day for no end.</summary>
    /// <returns>The bounds, or <see cref="LineErrorCode.InvalidAccount"/> with what is wrong.</returns>
    public static Outcome<KeyBounds> Create(AccessRole role, string lastDay, IEnumerable<string> stations, IEnumerable<string> networks)
    {
        ArgumentNullException.ThrowIfNull(lastDay);
        DateOnly? day = null;
        if (lastDay.Length > 0)
        {
            if (!DateOnly.TryParseExact(lastDay, DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read)) return Invalid($"\"{lastDay}\" is no day; write it as 2027-01-31.");
            day = read;
        }

        var (names, places) = (stations.Distinct(StringComparer.Ordinal).ToArray(), new List<IPNetwork>());
        if (names.Length > 0 && role != AccessRole.Camera) return Invalid($"Only a key with the role Camera can be bound to stations; this one has {role}.");
        if (Array.Find(names, name => !StationWord().IsMatch(name)) is { } wrong) return Invalid($"\"{wrong}\" is no name of a station.");
        foreach (var text in networks)
        {
            if (IPNetwork.TryParse(text, out var network)) places.Add(network);
            else if (IPAddress.TryParse(text, out var address)) places.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else return Invalid($"\"{text}\" is neither an address nor a network, such as 10.1.0.0/16.");
        }

        return new KeyBounds(day, names, places);
    }

    /// <summary>Whether it may come from there.</summary>
    public bool HoldsAddress(IPAddress? address)
    {
        if (Networks.Count == 0) return true;
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Networks.Any(network => network.Contains(plain));
    }

    /// <summary>As in the file; empty for none.</summary>
    public override string ToString() => string.Concat(
        LastDay is { } day ? $";until={day.ToString(DayForm, CultureInfo.InvariantCulture)}" : "",
        Stations.Count > 0 ? $";stations={string.Join(',', Stations)}" : "",
        Networks.Count > 0 ? $";from={string.Join(',', Networks)}" : "");

    /// <summary>Reads what the file has; false with what is wrong.</summary>
    internal static bool TryParse(string text, out KeyBounds bounds, out string error)
    {
        (bounds, error) = (None, "");
        if (text.Length == 0) return true;
        var parts = Form().Match(text).Groups;
        if (!parts[0].Success) error = "has bounds that are not ;until=DAY;stations=NAME,…;from=NETWORK,…";
        else if (Create(AccessRole.Camera, parts["until"].Value, List("stations"), List("from")).TryGet(out var read, out var wrong)) bounds = read;
        else error = wrong.Message;
        return error.Length == 0;

        string[] List(string name) => parts[name].Value.Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    private static LineError Invalid(string message) => new(LineErrorCode.InvalidAccount, message);

    [GeneratedRegex("^(;until=(?<until>[^;]+))?(;stations=(?<stations>[^;]+))?(;from=(?<from>[^;]+))?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StationWord();
}
