using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Samples;

/// <summary>The kinds of defect that the plant keeps a list of. What is said of samples may name others too: the list is for choosing. Any thread.</summary>
/// <param name="database">Where it is.</param>
/// <param name="audit">Hears of every change.</param>
/// <param name="time">Clock.</param>
public sealed class DefectKindList(ManagementDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>Most kinds on the list.</summary>
    public const int MaxCount = 100;

    /// <summary>All of them, in the order in which they came, or <see cref="LineErrorCode.ManagementFailed"/>.</summary>
    public Task<Outcome<IReadOnlyList<DefectKind>>> ListAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<DefectKind>>(
        async (context, cancel) => await context.Set<DefectKind>().OrderBy(kind => kind.CreationTime).ThenBy(kind => kind.Name).ToListAsync(cancel), cancellation);

    /// <summary>Puts a kind on the list; one that is there stays as it is.</summary>
    /// <param name="name">Its name; spaces around it are left out.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Changes nothing.</param>
    /// <returns>The kind, or <see cref="LineErrorCode.InvalidSample"/>, ManagementFailed.</returns>
    public async Task<Outcome<DefectKind>> AddAsync(string name, Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(caller);
        var kind = new DefectKind { Name = name.Trim(), CreationTime = time.GetUtcNow(), CreatedBy = caller.User };
        if (kind.Name.Length == 0) return new LineError(LineErrorCode.InvalidSample, "The kind of defect has no name; send 1..64 characters.");
        if (DefectKind.Check(kind.Name) is { } wrong) return new LineError(LineErrorCode.InvalidSample, $"The kind of defect {wrong}.");
        return await database.ChangeAsync<DefectKind>(
            async (context, cancel) =>
            {
                var kinds = context.Set<DefectKind>();
                if (await kinds.FirstOrDefaultAsync(known => known.Name == kind.Name, cancel) is { } known) return known;
                if (await kinds.CountAsync(cancel) >= MaxCount) return new LineError(LineErrorCode.InvalidSample, $"The list has {MaxCount} kinds already; remove one that nobody uses.");
                kinds.Add(kind);
                await audit.AppendAsync(context, caller, "defect-kind.add", kind.Name, null, null, cancel);
                return kind;
            },
            cancellation);
    }

    /// <summary>Takes a kind off the list. Samples that name it keep it.</summary>
    /// <returns>The kind, or <see cref="LineErrorCode.InvalidSample"/> where the list does not have it, ManagementFailed.</returns>
    public Task<Outcome<DefectKind>> RemoveAsync(string name, Caller caller, CancellationToken cancellation) => database.ChangeAsync<DefectKind>(
        async (context, cancel) =>
        {
            if (await context.Set<DefectKind>().FirstOrDefaultAsync(known => known.Name == name, cancel) is not { } kind)
                return new LineError(LineErrorCode.InvalidSample, $"The list has no kind of defect '{ControlCharacters.Escape(name)}'; ListDefectKinds names those that it has.");
            context.Remove(kind);
            await audit.AppendAsync(context, caller, "defect-kind.remove", kind.Name, null, null, cancel);
            return kind;
        },
        cancellation);
}
