using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Pictures;

/// <summary>All that is kept of an inspection as one zip: the frame as it came, overlay and map, the record and the map's values. Any thread.</summary>
internal sealed class EvidenceFile(LineHost host, PictureMaker pictures)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>The file; null where the frame is no longer kept.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="sequence">The station's number of the inspection.</param>
    public byte[]? Make(string station, long sequence)
    {
        if (host.Line.Evidence.TryGet(station, sequence) is not { } item) return null;
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "inspection.json", JsonSerializer.SerializeToUtf8Bytes(item.Record, s_json));
            foreach (var kind in Enum.GetValues<PictureKind>())
            {
                if (pictures.Make(station, sequence, kind, maxWidth: 0) is { } picture) Add(zip, $"{JsonNamingPolicy.CamelCase.ConvertName(kind.ToString())}.{(picture.ContentType == "image/png" ? "png" : "jpg")}", picture.Data.Span);
            }

            if (item.Map is { } map) Add(zip, "map.json", JsonSerializer.SerializeToUtf8Bytes(new { map.Width, map.Height, map.Region, item.PixelThreshold, Values = map.Values.ToArray() }, s_json));
        }

        return stream.ToArray();
    }

    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> data)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        entry.Write(data);
    }
}
