namespace AnomalyLine.Server.Access;

/// <summary>What a page says of a form that was sent.</summary>
/// <param name="Error">What was wrong, in the visitor's language; empty for nothing.</param>
/// <param name="Name">The name that they typed, for the form to have again; at most 64 characters.</param>
/// <param name="IsDone">Whether it was done, and the page says so.</param>
internal sealed record FormAnswer(string Error = "", string Name = "", bool IsDone = false)
{
    /// <summary>No form was sent.</summary>
    public static FormAnswer None { get; } = new();
}
