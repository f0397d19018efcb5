using System.Collections.Frozen;

namespace AnomalyLine.Management.Access;

/// <summary>
/// Passwords that guessers try first: words of the usual lists, whatever digits and signs are around them and in the place of letters; rows of keys; few characters again and again. A small list of
/// our own, as ten characters at least leave few of those lists over.
/// </summary>
internal static class CommonPasswords
{
    private const int FewestCharacters = 5;

    /// <summary>Without digits and signs at both ends, in lower case, with letters in the place of what looks like them.</summary>
    private static readonly FrozenSet<string> s_words = FrozenSet.Create(
        StringComparer.Ordinal,
        "password", "passwort", "kennwort", "passphrase", "mypassword", "newpassword", "password password", "passwordpassword", "changeme", "changemenow", "changemeplease", "letmein", "letmeinnow", "welcome",
        "welcomehome", "willkommen", "hallo", "hallohallo", "hello", "helloworld", "admin", "adminadmin", "administrator", "root", "rootroot", "toor", "default", "secret", "geheim", "supersecret", "topsecret",
        "iloveyou", "iloveyouso", "ichliebedich", "schatz", "sommer", "winter", "summer", "spring", "autumn", "herbst", "fruehling", "monday", "montag", "sunshine", "princess", "football", "fussball",
        "baseball", "basketball", "superman", "batman", "starwars", "pokemon", "dragon", "monkey", "master", "shadow", "michael", "jennifer", "jordan", "charlie", "liverpool", "chelsea", "arsenal",
        "trustno", "whatever", "internet", "computer", "company", "firma", "factory", "fabrik", "inspection", "anomalyline", "anomaly", "vision", "visionsystem", "camera", "kamera", "operator", "engineer",
        "viewer", "station", "maschine", "machine", "plant", "werk", "produktion", "production", "siemens", "simatic", "scada", "industrie", "industry", "test", "testtest", "testing", "demo", "demodemo",
        "guest", "gast", "user", "useruser", "login", "signin", "qwerty", "qwertz", "azerty", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "asdfgh", "asdf", "yxcvbnm", "zxcvbnm", "qwertyqwerty",
        "qazwsx", "qazwsxedc", "qwerasdf", "qweasdzxc", "abcdef", "abcdefgh", "abcdefghij", "abcabc", "abcdabcd", "aaa", "correct horse battery staple", "correcthorsebatterystaple", "google", "facebook",
        "linkedin", "microsoft", "windows", "linux", "ubuntu", "debian", "docker", "blink", "lovely", "ashley", "samsung", "iphone", "mustang", "freedom", "killer", "ninja", "hunter", "access", "flower",
        "cookie", "banana", "cheese", "pepper", "ginger", "tigger", "snoopy", "merlin", "hannover", "deutschland", "germany", "bayern", "borussia", "schalke", "berlin", "hamburg", "muenchen");

    /// <summary>Rows of keys and counting, forwards and backwards; a part of one is as well known.</summary>
    private static readonly string[] s_rows = [.. Both("0123456789012345678901234567890", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "abcdefghijklmnopqrstuvwxyz")];

    /// <summary>Whether it is one of them.</summary>
    public static bool Has(string password)
    {
        var lower = password.ToLowerInvariant();
        if (lower.Distinct().Count() < FewestCharacters || Array.Exists(s_rows, row => row.Contains(lower, StringComparison.Ordinal))) return true;
        return s_words.Contains(Core(lower)) || s_words.Contains(Core(Spell(lower)));
    }

    private static string Core(string text) => text.Trim([.. "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~§°´€"]);

    private static string Spell(string text) => string.Concat(text.TrimEnd([.. "0123456789!?.#*"]).Select(c => c switch { '0' => 'o', '1' or '!' => 'i', '3' => 'e', '4' or '@' => 'a', '5' or '$' => 's', '7' => 't', _ => c }));

    private static IEnumerable<string> Both(params string[] rows) => rows.SelectMany(row => new[] { row, string.Concat(row.Reverse()) });
}
