using System.Diagnostics.CodeAnalysis;

namespace AnomalyLine.Inspection;

/// <summary>A value, or the expected failure that there is instead.</summary>
/// <typeparam name="T">What a success gives.</typeparam>
public readonly record struct Outcome<T>
{
    private readonly T? _value;

    /// <summary>A success.</summary>
    public Outcome(T value) => _value = value;

    /// <summary>A failure.</summary>
    public Outcome(LineError error) => Error = error;

    /// <summary>The failure; null for a success.</summary>
    public LineError? Error { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">It is a failure.</exception>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"{Error.Code}: {Error.Message}");

    /// <summary>A success.</summary>
    public static implicit operator Outcome<T>(T value) => new(value);

    /// <summary>A failure.</summary>
    public static implicit operator Outcome<T>(LineError error) => new(error);

    /// <summary>Whether there is a value; gives it, or the failure.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out LineError? error)
    {
        value = _value;
        error = Error;
        return error is null;
    }
}
