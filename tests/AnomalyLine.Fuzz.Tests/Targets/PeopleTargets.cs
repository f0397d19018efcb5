using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AnomalyLine.Camera.Configuration;
using AnomalyLine.Client;
using AnomalyLine.Imaging;
using AnomalyLine.Management.Samples;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Fuzz.Tests.Targets;

/// <summary>Files that people write or bring: cameras, inspection areas, folders of pictures.</summary>
internal static class PeopleTargets
{
    public static IReadOnlyList<Func<FuzzTarget>> All => [static () => new Cameras(), static () => new Areas(), static () => new Pictures()];

    private sealed class Cameras() : FuzzTarget("cameras.json")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = Texts(
            """{"server":{"address":"http://127.0.0.1:8081"},"statusPort":9101,"cameras":[{"name":"a","station":"press-1","source":"rtsp://user:password@127.0.0.1/b","rate":25,"buffer":{"frames":64,"megabytes":256,"keep":"oldest"}}]}""",
            """
            {
              // two cameras
              "cameras": [
                {"station":"s-1","source":"genicam:22334455","raw":true,"genicam":{"trigger":{"mode":"hardware","source":"Line1","delayUs":500},"features":{"Gain":0,"ExposureAuto":"Off","ReverseX":true,"ExposureTime":1.5}}},
                {"name":"b","station":"s-2","source":"v4l2:/dev/video0","product":"p","loop":true,"significantBits":12,"deadlineMs":100},
              ],
            }
            """);

        public override IReadOnlyList<byte[]> Words => Texts("null", "[]", "{}", "\"\"", "-1", "1e999", "99999999999999999999", "\"features\":", "\"trigger\":", "\"software\"", "\"hardware\"", "\"buffer\":", "\"v4l2:\"", "\"http://\"", "\"\\u0000\"", "/*");

        public override bool Run(byte[] input)
        {
            var text = Encoding.UTF8.GetString(input);
            try
            {
                CamerasFile.Parse(text, "cameras.json");
                return true;
            }
            catch (CommandException wrong) when (wrong.Message.StartsWith("cameras.json: ", StringComparison.Ordinal))
            {
                return false;
            }
        }
    }

    /// <summary>An area, and what it leaves out of a frame.</summary>
    private sealed class Areas() : FuzzTarget("inspection area")
    {
        private static readonly InputSpec s_input = new(64, 48, 1, Fit: FrameFit.Letterbox);
        private static readonly RegionOfInterest s_frame = new(0, 0, 640, 480);

        public override IReadOnlyList<byte[]> Seeds { get; } = Texts(
            """{"region":{"x":0,"y":0,"width":640,"height":480},"leftOut":[{"kind":"Rectangle","points":[10,10,90,60]},{"kind":"Ellipse","points":[100,100,200,150]}]}""",
            """{"leftOut":[{"kind":"Polygon","points":[10,10,90,60,40,80]},{"kind":"Stroke","points":[10,10,90,60],"width":12}]}""");

        public override IReadOnlyList<byte[]> Words => Texts("null", "[]", "{}", "-1", "65535", "65536", "2147483647", "2147483648", "\"points\":", "\"width\":", "\"Stroke\"", "\"Polygon\"", "1.5");

        public override bool Run(byte[] input)
        {
            InspectionArea? area = null;
            var isRead = Reads<JsonException>(() => area = InspectionArea.Parse(Encoding.UTF8.GetString(input)));
            if (area is null || area.CheckInside(s_frame.Width, s_frame.Height) is not null) return isRead;
            if (InspectionArea.Parse(area.ToJson()) != area) throw new InvalidOperationException("written and read again it is another area");
            _ = area.MaskOf(area, area.Region ?? s_frame, s_input)?.IsAll;
            return isRead;
        }
    }

    /// <summary>A zip file of pictures, whose bytes are not looked at here: those are targets of their own.</summary>
    private sealed class Pictures() : FuzzTarget("zip of pictures")
    {
        private const long MostBytesOfPicture = 1 << 16;

        public override IReadOnlyList<byte[]> Seeds { get; } = [Zip(CompressionLevel.Optimal), Zip(CompressionLevel.NoCompression)];

        public override IReadOnlyList<byte[]> Words { get; } = [[0x50, 0x4b, 1, 2], [0x50, 0x4b, 3, 4], [0x50, 0x4b, 5, 6], [0x50, 0x4b, 6, 6], [0x50, 0x4b, 6, 7], [0xff, 0xff, 0xff, 0xff], .. Texts("../", "\\", ".png", ".JPG", "ground_truth", "test/", "\0")];

        public override bool Run(byte[] input)
        {
            try
            {
                using var pictures = new PictureZip(new MemoryStream(input), MostBytesOfPicture);
                var read = 0;
                for (var picture = 0; picture < pictures.Count; picture++)
                {
                    _ = pictures.LabelOf(picture, SampleLabel.Normal, "");
                    if (pictures.NameOf(picture).Contains('/', StringComparison.Ordinal)) throw new InvalidOperationException("a name has a folder");
                    if (pictures.ReadAsync(picture, CancellationToken.None).GetAwaiter().GetResult() is not { } file) continue;
                    if (file.Length > MostBytesOfPicture) throw new InvalidOperationException("a picture is too large");
                    read++;
                }

                return read > 0;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        }

        private static byte[] Zip(CompressionLevel level)
        {
            using var stream = new MemoryStream();
            using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach (var name in (string[])["set/train/good/a.png", "set/test/hole/b.jpg", "c.png", "set/ground_truth/hole/b.png"])
                {
                    using var entry = zip.CreateEntry(name, level).Open();
                    entry.Write(new byte[300]);
                }
            }

            return stream.ToArray();
        }
    }
}
