using AnomalyLine.Contracts.V1;
using AnomalyLine.Server.Grpc;

namespace AnomalyLine.Server.Tests;

/// <summary>Both sides of every enum that travels.</summary>
public sealed class EnumWireTests
{
    private static readonly string[] s_nothing = ["Undefined", "Unspecified"];

    public static TheoryData<Type, Type> Pairs => new(EnumWire.Pairs);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Pair_EachMember_HasItsNameOnTheOtherSide(Type domain, Type wire) => Assert.Equal(Names(domain), Names(wire));

    [Fact]
    public void Contract_EachEnum_IsAPairOrMappedByASwitch()
    {
        var wire = typeof(Verdict).Assembly.GetTypes().Where(type => type is { IsEnum: true, Namespace: "AnomalyLine.Contracts.V1", IsNested: false });

        Assert.Equal(["ImageKind"], wire.Except(EnumWire.Pairs.Select(pair => pair.Wire)).Select(type => type.Name));
    }

    private static IEnumerable<string> Names(Type type) => Enum.GetNames(type).Except(s_nothing).Select(name => name.ToUpperInvariant()).Order(StringComparer.Ordinal);
}
