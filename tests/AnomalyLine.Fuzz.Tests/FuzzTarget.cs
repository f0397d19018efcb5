using System.Text;

namespace AnomalyLine.Fuzz.Tests;

/// <summary>Something that reads bytes which strangers send.</summary>
/// <param name="name">What it reads, for people.</param>
internal abstract class FuzzTarget(string name) : IDisposable
{
    private TemporaryFolder? _folder;

    /// <summary>What it reads.</summary>
    public string Name { get; } = name;

    /// <summary>Whether input is what the reader takes; false where it throws what it documents.</summary>
    protected static bool Reads<T>(Action read)
        where T : Exception
    {
        try
        {
            read();
            return true;
        }
        catch (T)
        {
            return false;
        }
    }

    /// <summary>Good inputs, small ones: most cases are made in microseconds.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>What means something in the format.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>What a case may allocate on the managed heap at most, bytes.</summary>
    public virtual long MostBytes => 64L << 20;

    /// <summary>Brings sums to what was changed, so that more than the sum's check is reached; called for half of the cases.</summary>
    public virtual byte[] Repair(byte[] input) => input;

    /// <summary>Reads an input; false where it is refused in one of the ways that the reader documents. All else that it throws is a failure.</summary>
    public abstract bool Run(byte[] input);

    public void Dispose()
    {
        _folder?.Dispose();
        _folder = null;
    }

    public override string ToString() => Name;

    /// <summary>For what is read from files.</summary>
    protected TemporaryFolder Folder => _folder ??= new TemporaryFolder();

    protected static IReadOnlyList<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
