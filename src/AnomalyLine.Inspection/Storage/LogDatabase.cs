using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// The SQLite file of a line: one writing connection, and readers beside it (WAL). Holds the folder against other lines by a lock of the folder and by the file line.lock, which keeps the identity of the log as well: a
/// log that somebody took away, emptied or exchanged is not replaced by a new one without a word; and the position that it was written to, so that an older copy in its place is noticed.
/// </summary>
internal sealed class LogDatabase : IDisposable
{
    private readonly FileStream _lock;
    private readonly SafeFileHandle? _folder;
    private readonly string _readerConnection;
    private long _settled;

    private const int MarkAt = 36, MarkDigits = 20;

    private LogDatabase(SafeFileHandle? folder, FileStream folderLock, SqliteConnection writer, string readerConnection, Guid id, long marked)
    {
        Marked = marked;
        _folder = folder;
        _lock = folderLock;
        _readerConnection = readerConnection;
        Writer = writer;
        Id = id;
    }

    /// <summary>Identity of the log, made with it.</summary>
    public Guid Id { get; }

    /// <summary>The position that the log was last written to, as it was when it was opened; 0 where nobody noted it.</summary>
    public long Marked { get; }

    /// <summary>Position up to which all rows are as they were answered, corrections included. Set by the log's writer; any thread.</summary>
    public long SettledPosition
    {
        get => Volatile.Read(ref _settled);
        set => Volatile.Write(ref _settled, value);
    }

    /// <summary>The writing connection; one thread at a time.</summary>
    public SqliteConnection Writer { get; }

    /// <summary>Opens the log of a folder, making what is missing.</summary>
    /// <exception cref="LogOpenException">Another line has it, a newer version wrote it, or it cannot be read.</exception>
    public static LogDatabase Open(LineOptions options)
    {
        var path = Path.Combine(options.DataFolder, "inspections.db");
        var (folder, folderLock) = Lock(options.DataFolder);
        SqliteConnection? writer = null;
        try
        {
            var (known, marked) = ReadLock(folderLock);
            if (known is not null && !File.Exists(path)) throw Gone($"{path}, the log of this folder, is gone");
            if (new FileInfo(path) is { Exists: true, Length: 0 }) throw Gone($"{path}, the log of this folder, is empty");
            writer = new SqliteConnection(Connect(path, SqliteOpenMode.ReadWriteCreate, options));
            writer.Open();
            writer.Run($"PRAGMA journal_mode=WAL; PRAGMA synchronous={options.LogDurability}; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=67108864;");
            var id = LogSchema.Ensure(writer, path);
            if (known is null) WriteId(folderLock, id);
            else if (known != id) throw Gone($"{path} is another log than the one that was in this folder");
            return new LogDatabase(folder, folderLock, writer, Connect(path, SqliteOpenMode.ReadOnly, options), id, marked);
        }
        catch (Exception e) when (e is SqliteException or LogOpenException)
        {
            writer?.Dispose();
            folderLock.Dispose();
            folder?.Dispose();
            if (e is LogOpenException) throw;
            throw new LogOpenException($"{path} cannot be opened ({e.Message}); check the disk and the file's rights, or restore it from a backup.", e);
        }
    }

    /// <summary>Reads on the writing connection, before it has its thread; closes everything where that fails.</summary>
    /// <exception cref="LogOpenException">The file is damaged.</exception>
    public T ReadOrClose<T>(Func<SqliteConnection, T> read)
    {
        try
        {
            return read(Writer);
        }
        catch (SqliteException e)
        {
            Dispose();
            throw new LogOpenException($"{Writer.DataSource} cannot be read ({e.Message}); restore it from a backup.", e);
        }
    }

    /// <summary>A further connection that only reads.</summary>
    public SqliteConnection OpenReader()
    {
        var reader = new SqliteConnection(_readerConnection);
        reader.Open();
        return reader;
    }

    /// <summary>Notes the position that the log has been written to, after its commit; the writer's thread.</summary>
    public void Mark(long position) =>
        RandomAccess.Write(_lock.SafeFileHandle, Encoding.ASCII.GetBytes(position.ToString($"D{MarkDigits}", CultureInfo.InvariantCulture)), MarkAt);

    /// <summary>Closes the writing connection and lets go of the folder.</summary>
    public void Dispose()
    {
        Writer.Dispose();
        _lock.Dispose();
        _folder?.Dispose();
    }

    /// <summary>The folder itself, and the file: the second is what other systems have, and can be taken away.</summary>
    private static (SafeFileHandle? Folder, FileStream File) Lock(string folder)
    {
        SafeFileHandle? taken = null;
        try
        {
            Directory.CreateDirectory(folder);
            taken = FolderLock.Take(folder);
            return (taken, new FileStream(Path.Combine(folder, "line.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            taken?.Dispose();
            throw new LogOpenException(
                $"The data folder {folder} is in use by another line or cannot be written ({e.Message}); stop the other one or name another folder.", e);
        }
    }

    /// <summary>The log's identity, and behind it the position; earlier releases noted none.</summary>
    private static (Guid? Id, long Marked) ReadLock(FileStream folderLock)
    {
        using var reader = new StreamReader(folderLock, leaveOpen: true);
        var text = reader.ReadToEnd();
        var marked = text.Length == MarkAt + MarkDigits && long.TryParse(text.AsSpan(MarkAt), NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : 0;
        return (text.Length >= MarkAt && Guid.TryParse(text.AsSpan(0, MarkAt), out var id) ? id : null, marked);
    }

    private static void WriteId(FileStream folderLock, Guid id)
    {
        folderLock.SetLength(0);
        folderLock.Write(Encoding.ASCII.GetBytes(id + new string('0', MarkDigits)));
        folderLock.Flush(flushToDisk: true);
    }

    private static LogOpenException Gone(string what) =>
        new($"{what}: put it back, or move the folder away and restore a backup. To go on with it as it is, which gives sequence numbers again, take line.lock and an empty inspections.db out of the folder.");

    private static string Connect(string path, SqliteOpenMode mode, LineOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = false,
        DefaultTimeout = (int)Math.Ceiling(options.LogBusyTimeout.TotalSeconds),
    }.ToString();
}
