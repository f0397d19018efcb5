using System.Reflection;

namespace AnomalyLine.Architecture.Tests;

/// <summary>Namespaces have a direction, as projects have: what one builds on does not build on it.</summary>
public sealed class NamespaceTests
{
    private static readonly string[] Assemblies = [.. Project.Product.Select(project => project.Name == "AnomalyLine.Cli" ? "anomalyline" : project.Name)];

    [Fact]
    public void Namespaces_OfTheProduct_FormNoCircle()
    {
        var uses = Uses().ToList();
        var circles = Circles(uses.Select(use => (use.From, use.To)));
        Rule.Holds(
            "No namespace uses one that uses it, directly or by way of others: move the type that closes the circle to where it belongs.",
            uses.Where(use => circles.Contains((use.From, use.To))).Select(use => $"{use.From} -> {use.To}: {string.Join(", ", use.Types.Take(4))}{(use.Types.Count > 4 ? $" and {use.Types.Count - 4} more" : "")}"));
    }

    /// <summary>Those that a reader would find in the source: which namespace of the product uses which other one, and by which types.</summary>
    private static IEnumerable<(string From, string To, IReadOnlyList<string> Types)> Uses() => Assemblies.Select(Assembly.Load).SelectMany(assembly => assembly.GetTypes()
        .SelectMany(type => TypeUses.Of(type).Where(used => used.Assembly == assembly).Select(used => (From: type.Namespace, To: used.Namespace, Type: Outermost(type).Name)))
        .Where(use => use.From != use.To && IsOurs(use.From) && IsOurs(use.To))
        .GroupBy(use => (use.From, use.To), use => use.Type, (use, types) => (use.From!, use.To!, (IReadOnlyList<string>)[.. types.Distinct().Order(StringComparer.Ordinal)])));

    private static bool IsOurs(string? name) => name?.StartsWith("AnomalyLine.", StringComparison.Ordinal) is true;

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    /// <summary>The uses from whose end a way leads back to their beginning.</summary>
    private static HashSet<(string From, string To)> Circles(IEnumerable<(string From, string To)> uses)
    {
        var all = uses.ToList();
        var next = all.ToLookup(use => use.From, use => use.To, StringComparer.Ordinal);
        var reach = all.Select(use => use.To).Distinct(StringComparer.Ordinal).ToDictionary(name => name, Reach, StringComparer.Ordinal);
        return [.. all.Where(use => reach[use.To].Contains(use.From))];

        HashSet<string> Reach(string start)
        {
            var found = new HashSet<string>(StringComparer.Ordinal) { start };
            var open = new Queue<string>(found);
            while (open.TryDequeue(out var name))
                foreach (var further in next[name].Where(found.Add)) open.Enqueue(further);
            return found;
        }
    }
}
