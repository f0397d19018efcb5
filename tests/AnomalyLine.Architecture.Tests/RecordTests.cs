using System.Reflection;
using System.Runtime.CompilerServices;

namespace AnomalyLine.Architecture.Tests;

/// <summary>A record prints all of its public properties.</summary>
public sealed class RecordTests
{
    private const BindingFlags Printed = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [Fact]
    public void Records_ComputeNoPropertyOfTheirOwnType() => Rule.Holds(
        "A record that computes a property of its own type prints itself without end: make it a method.",
        Project.Product.Select(project => Assembly.Load(project.Name == "AnomalyLine.Cli" ? "anomalyline" : project.Name)).SelectMany(assembly => assembly.GetTypes()).SelectMany(Endless));

    /// <summary>That the rule finds what it looks for.</summary>
    [Fact]
    public void Endless_RecordThatComputesOneOfItsOwnType_IsFound() => Assert.Equal(["AnomalyLine.Architecture.Tests.RecordTests+Sample.Next"], Endless(typeof(Sample)));

    private static IEnumerable<string> Endless(Type type) => type.GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance) is null ? []
        : type.GetProperties(Printed).Where(property => property.PropertyType == type && !property.GetMethod!.IsDefined(typeof(CompilerGeneratedAttribute))).Select(property => $"{type.FullName}.{property.Name}");

    private sealed record Sample(int Number, Sample? Before)
    {
        public Sample Next => this with { Number = Number + 1 };
    }
}
