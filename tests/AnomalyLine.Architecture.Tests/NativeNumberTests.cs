using System.Reflection;

namespace AnomalyLine.Architecture.Tests;

/// <summary>No number reaches the engine in an object that the collector may free while the engine reads it (docs/adr/0008-numbers-stay-alive.md).</summary>
public sealed class NativeNumberTests
{
    /// <summary>These keep what they make.</summary>
    private static readonly string[] Keepers =
        ["AnomalyLine.Inference.Tensors.Scalars", "AnomalyLine.Learning.Optimisers.Adam", "AnomalyLine.Learning.Methods.Features.RunningCovariance"];

    private static readonly Assembly Engine = Assembly.Load("TorchSharp");

    [Fact]
    public void Calls_OnTensors_LeaveNoNumberToTheCollector()
    {
        var makers = Makers();
        Rule.Holds(
            "These members of TorchSharp make a scalar that nothing keeps alive: use Tensors/Scalars.",
            new[] { "AnomalyLine.Inference", "AnomalyLine.Learning" }.SelectMany(name => Calls.MethodsOf(Assembly.Load(name)))
                .Where(method => !Keepers.Any(keeper => method.DeclaringType!.FullName!.StartsWith(keeper, StringComparison.Ordinal)))
                .SelectMany(method => Calls.Of(method).Where(makers.Contains).Select(called => $"{method.DeclaringType}.{method.Name} calls {called.DeclaringType}.{called}"))
                .Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>That the rule above would find what it looks for.</summary>
    [Theory]
    [InlineData("op_Addition")]
    [InlineData("op_Multiply")]
    [InlineData("add_")]
    public void Makers_OfTemporaryNumbers_IncludeTheOperators(string name) => Assert.Contains(Makers(), method => method.Name == name);

    /// <summary>Members of TorchSharp in whose bodies, or in those of what they call there, a number becomes a scalar; and what makes it one.</summary>
    private static HashSet<MethodBase> Makers()
    {
        var callers = new Dictionary<MethodBase, List<MethodBase>>();
        foreach (var method in Calls.MethodsOf(Engine))
        {
            foreach (var called in Calls.Of(method))
            {
                if (!callers.TryGetValue(called, out var known)) callers.Add(called, known = []);
                known.Add(method);
            }
        }

        var scalar = Engine.GetType("TorchSharp.Scalar", throwOnError: true)!;
        var found = new HashSet<MethodBase>(callers.Keys.Where(method => method.DeclaringType == scalar && (method.IsConstructor || method.Name == "op_Implicit")));
        var open = new Queue<MethodBase>(found);
        while (open.TryDequeue(out var method))
            foreach (var caller in callers.GetValueOrDefault(method, []).Where(found.Add)) open.Enqueue(caller);
        return found;
    }
}
