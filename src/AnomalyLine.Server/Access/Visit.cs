using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Access;

/// <summary>Who sent the request, beside it.</summary>
/// <param name="Who">They; null for nobody.</param>
/// <param name="Why">Why nobody is known.</param>
internal sealed record Visit(Identity? Who, string Why)
{
    /// <summary>Why the request is refused; null where it is not.</summary>
    public LineError? Refused { get; init; }

    /// <summary>Of a request.</summary>
    public static Visit Of(HttpContext http) => http.Features.Get<Visit>() ?? new Visit(null, "");
}
