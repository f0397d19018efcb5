using System.Reflection;

namespace AnomalyLine.Architecture.Tests;

/// <summary>What a type shows to other assemblies.</summary>
internal static class Surface
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Every type that its public and protected members, its base and its interfaces name, with the member that names it.</summary>
    public static IEnumerable<(string Member, Type Type)> TypesOf(Type type)
    {
        var members = type.GetInterfaces().Append(type.BaseType).Where(parent => parent is not null).Select(parent => ("(base)", parent!))
            .Concat(type.GetFields(Own).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly).Select(f => (f.Name, f.FieldType)))
            .Concat(type.GetMethods(Own).Where(IsVisible).SelectMany(m => m.GetParameters().Select(p => (m.Name, p.ParameterType)).Append((m.Name, m.ReturnType))))
            .Concat(type.GetConstructors(Own).Where(IsVisible).SelectMany(c => c.GetParameters().Select(p => (c.Name, p.ParameterType))));
        return members.SelectMany(member => Parts(member.Item2).Select(part => (member.Item1, part)));
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    /// <summary>The type, what it is an array or a reference of, and what it is generic over.</summary>
    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)
        : type.GetGenericArguments().Where(argument => !argument.IsGenericParameter).SelectMany(Parts).Append(type);
}
