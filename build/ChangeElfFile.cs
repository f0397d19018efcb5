using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of a 64-bit little-endian ELF library in which one needed symbol version is weak (VER_FLG_WEAK of its vernaux record)
/// and some DT_NEEDED entries are gone. Layout: System V ABI, "Dynamic Section" and the LSB's "Symbol Versioning".
/// </summary>
public class ChangeElfFile : Task
{
    private const long DtNull = 0, DtNeeded = 1, DtStrTab = 5, DtVerNeed = 0x6ffffffe, DtVerNeedCount = 0x6fffffff;
    private const int PtLoad = 1, PtDynamic = 2;

    private byte[] _file = Array.Empty<byte>();

    [Required] public string Source { get; set; } = "";

    [Required] public string Destination { get; set; } = "";

    public string WeakVersion { get; set; } = "";

    public string DropNeeded { get; set; } = "";

    public override bool Execute()
    {
        _file = File.ReadAllBytes(Source);
        if (_file.Length < 64 || BitConverter.ToUInt32(_file, 0) != 0x464c457f || _file[4] != 2 || _file[5] != 1)
        {
            Log.LogError("{0} is not a 64-bit little-endian ELF file.", Source);
            return false;
        }

        var dynamic = FindSegment(PtDynamic);
        if (!string.IsNullOrEmpty(WeakVersion) && !MakeWeak(dynamic)) return false;
        if (!string.IsNullOrEmpty(DropNeeded)) Drop(dynamic, new HashSet<string>(DropNeeded.Split(';')));

        // A new file, moved into place whole: several projects may build at once, and the source may be hard-linked elsewhere.
        Directory.CreateDirectory(Path.GetDirectoryName(Destination)!);
        var part = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(part, _file);
        if (!File.Exists(Destination)) File.Move(part, Destination);
        else File.Delete(part);
        return true;
    }

    private bool MakeWeak(int dynamic)
    {
        var need = ToOffset(Value(dynamic, DtVerNeed));
        for (var left = Value(dynamic, DtVerNeedCount); left > 0; left--)
        {
            var aux = need + BitConverter.ToInt32(_file, need + 8);
            for (var n = BitConverter.ToUInt16(_file, need + 2); n > 0; n--)
            {
                if (Text(dynamic, BitConverter.ToUInt32(_file, aux + 8)) == WeakVersion)
                {
                    _file[aux + 4] |= 2;
                    return true;
                }

                aux += BitConverter.ToInt32(_file, aux + 12);
            }

            need += BitConverter.ToInt32(_file, need + 12);
        }

        Log.LogError("{0} does not need the symbol version {1}; review build/NativeLibraries.targets for this package version.", Source, WeakVersion);
        return false;
    }

    private void Drop(int dynamic, HashSet<string> names)
    {
        var kept = new List<byte[]>();
        var at = dynamic;
        for (; Tag(at) != DtNull; at += 16)
            if (Tag(at) != DtNeeded || !names.Contains(Text(dynamic, BitConverter.ToInt64(_file, at + 8))))
                kept.Add(_file.Skip(at).Take(16).ToArray());
        for (var i = dynamic; i < at; i += 16)
        {
            var index = (i - dynamic) / 16;
            Array.Copy(index < kept.Count ? kept[index] : new byte[16], 0, _file, i, 16);
        }
    }

    private long Tag(int at) => BitConverter.ToInt64(_file, at);

    private long Value(int dynamic, long tag)
    {
        for (var at = dynamic; Tag(at) != DtNull; at += 16)
            if (Tag(at) == tag) return BitConverter.ToInt64(_file, at + 8);
        throw new InvalidDataException($"{Source}: no dynamic entry 0x{tag:x}.");
    }

    private string Text(int dynamic, long offset)
    {
        var start = ToOffset(Value(dynamic, DtStrTab)) + (int)offset;
        return Encoding.ASCII.GetString(_file, start, Array.IndexOf<byte>(_file, 0, start) - start);
    }

    private int FindSegment(int type)
    {
        foreach (var header in Segments())
            if (BitConverter.ToInt32(_file, header) == type) return (int)BitConverter.ToInt64(_file, header + 8);
        throw new InvalidDataException($"{Source}: no program header of type {type}.");
    }

    private int ToOffset(long address)
    {
        foreach (var header in Segments())
        {
            var start = BitConverter.ToInt64(_file, header + 16);
            if (BitConverter.ToInt32(_file, header) == PtLoad && address >= start && address < start + BitConverter.ToInt64(_file, header + 32))
                return (int)(address - start + BitConverter.ToInt64(_file, header + 8));
        }

        throw new InvalidDataException($"{Source}: address 0x{address:x} is in no segment.");
    }

    private IEnumerable<int> Segments()
    {
        var table = (int)BitConverter.ToInt64(_file, 32);
        for (var i = 0; i < BitConverter.ToUInt16(_file, 56); i++) yield return table + (i * BitConverter.ToUInt16(_file, 54));
    }
}
