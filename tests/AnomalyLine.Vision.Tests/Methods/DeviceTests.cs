using System.Reflection;
using AnomalyLine.Learning.Catalog;
using TorchSharp;

namespace AnomalyLine.Vision.Tests.Methods;

/// <summary>
/// A network that moves to another device than the processor, on any machine: tensors of the device "meta" have a shape and no values. Operations cannot be tried so, since few are
/// defined for it.
/// </summary>
public sealed class DeviceTests
{
    public static TheoryData<string> Names => [.. MethodCatalog.All.Select(m => m.Name)];

    /// <summary>A field that still holds the tensor from before would mix devices in the first pass.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Network_MovedToAnotherDevice_LeavesNoTensorBehind(string name)
    {
        using var scope = torch.NewDisposeScope();
        var descriptor = MethodCatalog.Find(name)!;
        using var method = descriptor.Create(SmallPresets.Of(descriptor));
        var before = method.Network.state_dict().Count;
        method.Network.to(torch.META);

        Assert.Equal(before, method.Network.state_dict().Count);
        foreach (var (tensor, value) in method.Network.state_dict()) Assert.True(value.device_type == DeviceType.META, tensor);
        foreach (var module in method.Network.modules().Append(method.Network))
        {
            foreach (var (field, value) in TensorsOf(module))
                Assert.True(value.device_type == DeviceType.META, $"{module.GetType().Name}.{field} stays on {value.device}");
        }
    }

    private static IEnumerable<(string Field, torch.Tensor Value)> TensorsOf(torch.nn.Module module) =>
        from type in Bases(module.GetType())
        from field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let value = field.GetValue(module) as torch.Tensor
        where value is not null
        select (field.Name, value);

    private static IEnumerable<Type> Bases(Type? type)
    {
        for (; type is not null && type != typeof(object); type = type.BaseType) yield return type;
    }
}
