using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Server.Console;

/// <summary>
/// Pages of the samples that a filter matches, suspected ones first, each in order of their numbers; forwards without end and back. A page begins after a number, so that samples that leave the
/// filter or come to it meanwhile neither hide others nor show them twice.
/// </summary>
/// <param name="samples">The samples.</param>
/// <param name="filter">Which ones.</param>
internal sealed class SamplePages(SampleStore samples, SampleFilter filter)
{
    /// <summary>Samples of a page.</summary>
    public const int Size = 100;

    private readonly Stack<Place> _before = [];
    private Place _here = new(true, 0);
    private Place? _next;

    /// <summary>Whether there are samples after this page, as far as was known when it was read.</summary>
    public bool HasNext => _next is not null;

    /// <summary>Whether there is a page before this one.</summary>
    public bool HasPrevious => _before.Count > 0;

    /// <summary>This page as it is now, the first one to begin with; or <see cref="LineErrorCode.ManagementFailed"/>.</summary>
    public async Task<Outcome<IReadOnlyList<Sample>>> ReadAsync(CancellationToken cancellation)
    {
        var page = new List<Sample>();
        if (_here.IsSuspected && !(await AddAsync(page, true, _here.After, cancellation)).TryGet(out _, out var error)) return error;
        if (page.Count <= Size && !(await AddAsync(page, false, _here.IsSuspected ? 0 : _here.After, cancellation)).TryGet(out _, out error)) return error;
        _next = page.Count > Size ? new Place(page[Size].Suspicion.Length > 0, page[Size].Id - 1) : null;
        return page.Take(Size).ToList();
    }

    /// <summary>Goes to the next page; false on the last one.</summary>
    public bool GoOn()
    {
        if (_next is not { } next) return false;
        _before.Push(_here);
        (_here, _next) = (next, null);
        return true;
    }

    /// <summary>Goes back a page; false on the first.</summary>
    public bool GoBack()
    {
        if (!_before.TryPop(out var before)) return false;
        (_here, _next) = (before, null);
        return true;
    }

    /// <summary>Adds one more than the page has room for, which tells whether there is a next one.</summary>
    private async Task<Outcome<bool>> AddAsync(List<Sample> page, bool suspected, long after, CancellationToken cancellation)
    {
        if (!(await samples.ListAsync(filter with { Suspected = suspected }, after, Size + 1 - page.Count, cancellation)).TryGet(out var more, out var error)) return error;
        page.AddRange(more);
        return true;
    }

    /// <summary>Where a page begins: among the suspected or the others, after a number.</summary>
    private readonly record struct Place(bool IsSuspected, long After);
}
