using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnomalyLine.Management;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Backup;

namespace AnomalyLine.Fuzz.Tests.Targets;

/// <summary>Backups, and the files of accounts that they bring.</summary>
internal static class ArchiveTargets
{
    public static IReadOnlyList<Func<FuzzTarget>> All => [static () => new Backup(), static () => new BackupList(), static () => new Encrypted(), static () => new Accounts()];

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>An archive as a server writes it, but for the signature.</summary>
    private static byte[] Archive(byte[] list, params (string Name, byte[] Bytes)[] files) => Entries([.. files, (BackupManifest.Name, list)]);

    private static byte[] Entries(params (string Name, byte[] Bytes)[] files)
    {
        using var target = new MemoryStream();
        using (var tar = new TarWriter(target, leaveOpen: true))
            foreach (var (name, bytes) in files) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
        return target.ToArray();
    }

    private static byte[] List(params (string Name, byte[] Bytes)[] files) => JsonSerializer.SerializeToUtf8Bytes(
        new BackupManifest(
            BackupManifest.CurrentFormat, DateTimeOffset.UnixEpoch, 0, "", [.. files.Select(f => new BackupFile(f.Name, f.Bytes.Length, Convert.ToHexStringLower(SHA256.HashData(f.Bytes))))]),
        s_json);

    /// <summary>Restores into a folder that goes again.</summary>
    private abstract class Restoring(string name) : FuzzTarget(name)
    {
        protected bool Restore(byte[] archive)
        {
            File.WriteAllBytes(Folder["in.backup"], archive);
            var isRestored = Reads<BackupException>(() =>
                BackupReader.RestoreAsync(Folder["in.backup"], Folder["data"], new ManagementOptions(), new BackupTrust(AcceptUnsigned: true), CancellationToken.None).GetAwaiter().GetResult());

            if (Directory.EnumerateFileSystemEntries(Folder.Path).Any(path => Path.GetFileName(path) is not ("in.backup" or "data")))
                throw new InvalidOperationException($"There is more than was restored: {string.Join(", ", Directory.EnumerateFileSystemEntries(Folder.Path))}");
            if (Directory.Exists(Folder["data"])) Directory.Delete(Folder["data"], recursive: true);
            return isRestored;
        }
    }

    private sealed class Backup() : Restoring("backup")
    {
        private static readonly (string, byte[])[] s_files = [("users", "anna:viewer:x509\n"u8.ToArray()), ("models/m.alm", [1, 2, 3])];

        public override IReadOnlyList<byte[]> Seeds { get; } = [Archive(List(s_files), s_files), Archive(List())];

        /// <summary>The framework's reader asks for as much as an extended head says, up to the longest array; none of it is touched before the file's end is.</summary>
        public override long MostBytes => int.MaxValue + (1L << 20);

        public override IReadOnlyList<byte[]> Words => Texts("../users", "manifest.json", "ustar", "0000644\0", "00000000003\0", "77777777777\0", "path=../x\n", "size=99999999999\n");

        public override bool Run(byte[] input) => Restore(input);

        /// <summary>Each head of 512 bytes gets its sum.</summary>
        public override byte[] Repair(byte[] input)
        {
            for (var at = 0; at + 512 <= input.Length; at += 512)
            {
                var head = input.AsSpan(at, 512);
                if (!head.Slice(257, 5).SequenceEqual("ustar"u8)) continue;
                head.Slice(148, 8).Fill((byte)' ');
                var sum = 0;
                foreach (var one in head) sum += one;
                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(head[148..]);
            }

            return input;
        }
    }

    /// <summary>The list within an archive that is whole.</summary>
    private sealed class BackupList() : Restoring("backup, list")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = [List(("users", [1, 2, 3]))];

        public override IReadOnlyList<byte[]> Words => Texts("null", "[]", "{}", "\"\"", "-1", "true", "\"files\":", "\"name\":", "99999999999999999999");

        /// <summary>A file is there where the list may name it: most changed lists are none, and unpacking for them would take most of the time.</summary>
        public override bool Run(byte[] input) => Restore(input.AsSpan().IndexOf("users"u8) >= 0 ? [.. s_users, .. Archive(input)] : Archive(input));

        /// <summary>The file's entry, without the end of an archive, which is two empty blocks.</summary>
        private static readonly byte[] s_users = Entries(("users", [1, 2, 3]))[..^1024];
    }

    /// <summary>An encrypted file, of the lowest cost.</summary>
    private sealed class Encrypted : FuzzTarget
    {
        private const string Passphrase = "correct horse";
        private const int MostCost = 2;

        public Encrypted()
            : base("age")
        {
        }

        public override IReadOnlyList<byte[]> Seeds { get; } = [Encrypt([]), Encrypt([1, 2, 3]), Encrypt(new byte[70_000])];

        public override IReadOnlyList<byte[]> Words => Texts("age-encryption.org/v1\n", "-> scrypt ", "-> X25519 ", "--- ", "\n", "=", " 1\n");

        public override bool Run(byte[] input)
        {
            // A file says itself how much work its key is, up to a limit that takes a second: cases with more of it would only take time.
            var text = Encoding.ASCII.GetString(input.AsSpan(0, Math.Min(input.Length, 200))).Split('\n');
            if (text.Length > 1 && text[1].Split(' ') is [_, _, _, var word, ..] && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var cost) && cost > MostCost) return false;
            try
            {
                using var opened = AgeFile.Open(new MemoryStream(input), Passphrase);
                opened.CopyTo(Stream.Null);
                return true;
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                // Says what is wrong with the file; whoever restores one gets it in a sentence.
                return false;
            }
        }

        private static byte[] Encrypt(byte[] plain)
        {
            using var target = new MemoryStream();
            AgeFile.EncryptAsync(new MemoryStream(plain), target, Passphrase, CancellationToken.None, cost: 1).GetAwaiter().GetResult();
            return target.ToArray();
        }
    }

    /// <summary>The files of users and keys, which people edit too.</summary>
    private sealed class Accounts() : FuzzTarget("users and keys")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = Texts(
            $"# people\nanna:viewer:x509\nbert:administrator:{PasswordHash.OfNobody}\n",
            $"camera-1:camera:sha256${new string('a', 64)}:2026-01-31;until=2027-01-31;stations=a,b;from=10.0.0.0/8\n");

        public override IReadOnlyList<byte[]> Words => Texts(":", ";", "\n", "#", "viewer", "pbkdf2", "sha256$", "until=", "stations=", "from=", "::/0", "9999-99-99");

        public override bool Run(byte[] input)
        {
            var path = Folder["accounts"];
            File.WriteAllBytes(path, input);
            var users = new UserList(path, TimeProvider.System);
            var keys = new KeyList(path, TimeProvider.System);
            foreach (var key in keys.All) _ = KeyBounds.Of(key).Stations.Count;
            return users.Fault.Length == 0 || keys.Fault.Length == 0;
        }
    }
}
