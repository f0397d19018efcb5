using System.Reflection;

namespace AnomalyLine.Architecture.Tests;

/// <summary>Which types a type names: in its declaration, its members, and the bodies of its methods, read from the compiled code. Constants are copied while compiling and leave no trace.</summary>
internal static class TypeUses
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Each of them, as it is declared; some more than once.</summary>
    public static IEnumerable<Type> Of(Type type)
    {
        var methods = type.GetMethods(Own).Concat<MethodBase>(type.GetConstructors(Own)).ToArray();
        return type.GetInterfaces().Append(type.BaseType).OfType<Type>()
            .Concat(type.GetCustomAttributesData().Select(attribute => attribute.AttributeType))
            .Concat(type.GetFields(Own).Select(field => field.FieldType))
            .Concat(methods.SelectMany(Signature))
            .Concat(methods.SelectMany(method => method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []))
            .Concat(methods.SelectMany(Calls.MembersOf).SelectMany(Named))
            .SelectMany(Parts);
    }

    private static IEnumerable<Type> Signature(MethodBase method) => method.GetParameters().Select(parameter => parameter.ParameterType)
        .Concat(method is MethodInfo { ReturnType: var result } ? [result] : []);

    private static IEnumerable<Type> Named(MemberInfo member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType!, field.FieldType],
        MethodInfo { IsGenericMethod: true } method => [.. method.GetGenericArguments(), .. Signature(method), method.DeclaringType!],
        MethodBase method => [.. Signature(method), method.DeclaringType!],
        _ => [],
    };

    private static IEnumerable<Type> Parts(Type type) => type switch
    {
        { HasElementType: true } => Parts(type.GetElementType()!),
        { IsGenericParameter: true } => [],
        { IsConstructedGenericType: true } => type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()),
        _ => [type],
    };
}
