using System.Buffers;
using System.Text;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Production;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Grpc;
using AnomalyLine.Server.Memory;
using AnomalyLine.Server.OpcUaGateway;
using AnomalyLine.Server.Options;
using AnomalyLine.Server.Rest;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Fuzz.Tests.Targets;

/// <summary>What callers, settings and child processes send to the server.</summary>
internal static class ServerTargets
{
    public static IReadOnlyList<Func<FuzzTarget>> All =>
        [static () => new Camera(), static () => new Calls(), static () => new Rest(), static () => new Parameters(), static () => new Tokens(), static () => new Settings(), static () => new Lines()];

    /// <summary>Requests of all services of the contract.</summary>
    private static readonly MessageDescriptor[] s_requests =
    [
        .. typeof(AccessReflection).Assembly.GetTypes().Where(static type => type.Namespace == typeof(AccessReflection).Namespace && type.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(static file => (FileDescriptor)file.GetProperty(nameof(AccessReflection.Descriptor))!.GetValue(null)!)
            .SelectMany(static file => file.Services).SelectMany(static service => service.Methods).Select(static method => method.InputType),
    ];

    /// <summary>Messages of a camera's stream: our own reader beside Google's.</summary>
    private sealed class Camera : FuzzTarget
    {
        private readonly MemoryBudget _memory = new(new AnomalyLineOptions(), new MachineMemory(), TimeProvider.System, NullLogger<MemoryBudget>.Instance);
        private readonly SharedMemory _shared = new(null!, NullLogger<SharedMemory>.Instance);

        public Camera()
            : base("message of a camera")
        {
        }

        public override IReadOnlyList<byte[]> Seeds { get; } =
        [
            new InspectRequest
            {
                RequestId = 7,
                Station = "a",
                PartId = "p",
                Deadline = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
                Frame = new() { Width = 16, Height = 16, PixelFormat = PixelFormat.Mono8, Data = ByteString.CopyFrom(new byte[256]), CaptureTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) },
            }.ToByteArray(),
            new InspectRequest { Station = "a", Frame = new() { Data = ByteString.CopyFrom(new byte[8]) } }.ToByteArray(),
            new InspectRequest { RequestId = 9, Station = "a", Frame = new() { SharedData = new() { Memory = ByteString.CopyFrom(new byte[16]), Offset = 4096, Length = 256 } } }.ToByteArray(),
            [],
        ];

        public override bool Run(byte[] input)
        {
            // In pieces, as it comes.
            var half = input.Length / 2;
            var end = new Piece(input.AsMemory(half), half);
            var start = new Piece(input.AsMemory(0, half), 0) { Rest = end };
            var request = FrameRequest.Receive(new ReadOnlySequence<byte>(start, 0, end, input.Length - half), 1 << 20, _memory, _shared);
            _memory.Exit(request.Held);
            _ = request.ToInspectionRequest(DateTimeOffset.UnixEpoch, 1 << 20);
            if (_memory.InFlight != 0) throw new InvalidOperationException("Bytes stayed in flight.");

            // No memory was handed over here: a message that names a place in one is read, and refused for that alone.
            return request.Refusal is null || request.Refusal.Word == FrameRefusal.SharedUnreadable("").Word;
        }

        private sealed class Piece : ReadOnlySequenceSegment<byte>
        {
            public Piece(ReadOnlyMemory<byte> memory, long at) => (Memory, RunningIndex) = (memory, at);

            public Piece Rest
            {
                init => Next = value;
            }
        }
    }

    /// <summary>Messages of all other calls, and what is made of them before the line is asked.</summary>
    private sealed class Calls() : FuzzTarget("message of a call")
    {
        private const int Every = 8;

        private static readonly PlantCalendar s_calendar = new(new PlantOptions());

        public override IReadOnlyList<byte[]> Seeds { get; } =
        [
            new WatchInspectionsRequest { Stations = { "a" }, Tail = 3, Cursors = { new StationCursor { Station = "a", AfterSequence = 7 } } }.ToByteArray(),
            new ActivateRecipeRequest { Station = "a", ModelVersion = "m", Threshold = 0.5f, Deadline = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)), RegionOfInterest = new() { Width = 4, Height = 4 } }.ToByteArray(),
            new ListInspectionsRequest { Station = "a", PageSize = 10, FromTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), MinScore = 0.1f }.ToByteArray(),
            new ReadHistoryRequest { Station = "a", FromTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), NewestFirst = true }.ToByteArray(),
            new SummarizeHistoryRequest { Station = "a", FromTime = new() { Seconds = 1 }, UntilTime = new() { Seconds = 99 }, Interval = new() { Seconds = 7 } }.ToByteArray(),
            new GetProductionReportRequest { FromDay = "2026-01-01", UntilDay = "2026-02-28", Station = "a", ProductId = "p", Shift = "", Grouping = ProductionGrouping.Day }.ToByteArray(),
            new ListSamplesRequest { Station = "a", PageSize = 10 }.ToByteArray(),
            new TrainingOrder { Station = "a", Method = "padim", BaseData = "parts" }.ToByteArray(),
        ];

        public override bool Run(byte[] input)
        {
            // Some of them each time: all would take most of the time of all targets.
            var first = input.Length % Every;
            var isRead = s_requests.Where((_, number) => number % Every == first).Select(request => Parse(request.Parser, input)).ToList().Exists(message => message is not null);
            Make(WatchInspectionsRequest.Parser, input, static request => request.ToWatchRequest());
            Make(ActivateRecipeRequest.Parser, input, static request => request.ToRecipe(1, 1));
            Make(ListInspectionsRequest.Parser, input, static request => request.ToSearch());
            Make(ReadHistoryRequest.Parser, input, static request => request.ToRange());
            Make(SummarizeHistoryRequest.Parser, input, static request => request.ToIntervals());
            Make(GetProductionReportRequest.Parser, input, static request => request.ToQuery(s_calendar, DateTimeOffset.UnixEpoch));
            Make(ListSamplesRequest.Parser, input, static request => request.ToFilter());
            Make(TrainingOrder.Parser, input, static order => order.ToJob());
            Make(TrainingSchedule.Parser, input, static schedule => schedule.ToSchedule());
            Make(CollectionPolicy.Parser, input, static policy => policy.ToPolicy());
            return isRead;
        }

        private static void Make<T>(MessageParser<T> parser, byte[] input, Action<T> make)
            where T : class, IMessage<T>
        {
            if (Parse(parser, input) is not T message) return;
            Reads<RpcException>(() => make(message));
        }

        private static IMessage? Parse(MessageParser parser, byte[] input)
        {
            try
            {
                return parser.ParseFrom(input);
            }
            catch (InvalidProtocolBufferException)
            {
                return null;
            }
        }
    }

    /// <summary>Bodies of REST: what our check lets pass, the transcoder's parser takes.</summary>
    private sealed class Rest() : FuzzTarget("body of REST")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = Texts(
            """{"station":"a","modelVersion":"m","threshold":0.5,"deadline":"1s","regionOfInterest":{"x":1,"y":2,"width":3,"height":4}}""",
            """{"name":"a"}""", """{"station":"a","fromTime":"2026-01-31T08:00:00Z","pageSize":10,"verdicts":["VERDICT_OK",2]}""", """{"name":"n","role":"ROLE_VIEWER","stations":["a","b"]}""",
            """{"fromDay":"2026-01-01","untilDay":"2026-02-28","grouping":"PRODUCTION_GROUPING_DAY"}""");

        public override IReadOnlyList<byte[]> Words => Texts("null", "[]", "{}", "-1", "1e999", "\"NaN\"", "true", "\"\\ud800\"", "\"9999-99-99T99:99:99Z\"", "\"999999999999s\"", ":", ",", "\u0000");

        public override bool Run(byte[] input)
        {
            var right = s_requests.Where(request => RestFields.Check(input, request) is null).ToList();
            foreach (var request in right) JsonParser.Default.Parse(Encoding.UTF8.GetString(input), request);
            return right.Count > 0;
        }
    }

    /// <summary>Path and query of REST.</summary>
    private sealed class Parameters() : FuzzTarget("parameters of REST")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = Texts("?station=a&pageSize=10&fromTime=2026-01-31T08:00:00Z&verdicts=VERDICT_OK&verdicts=2", "?station=a&page_token=AAAA&newestFirst=true", "?fromDay=2026-01-01&untilDay=2026-02-28&grouping=PRODUCTION_GROUPING_DAY&productId=p");

        public override IReadOnlyList<byte[]> Words => Texts("&", "=", "%00", "%ff", "NaN", "-1", "1e999", "fromTime.seconds=", "interval=1s", "\"", "\\", "station=");

        public override bool Run(byte[] input)
        {
            var http = new DefaultHttpContext();
            http.Request.QueryString = new QueryString("?" + Encoding.Latin1.GetString(input).TrimStart('?'));
            return Read(http.Request, ListInspectionsRequest.Parser) | Read(http.Request, ReadHistoryRequest.Parser) | Read(http.Request, ListAuditEntriesRequest.Parser) | Read(http.Request, GetProductionReportRequest.Parser);
        }

        private static bool Read<T>(HttpRequest request, MessageParser<T> parser)
            where T : IMessage<T>, new()
        {
            if (RestFields.CheckParameters(request, new T().Descriptor, []) is not null) return false;
            RestFields.Read(request, parser);
            return true;
        }
    }

    /// <summary>Tokens of pages, which come back from callers.</summary>
    private sealed class Tokens() : FuzzTarget("token of a page")
    {
        private static readonly InspectionRecord s_last = new()
        {
            Position = 7,
            Station = "a",
            Sequence = 7,
            PartId = "",
            Verdict = Inspection.Verdict.Ok,
            ReasonCode = Inspection.ReasonCode.WithinThreshold,
            ReasonText = "",
            CaptureTime = DateTimeOffset.UnixEpoch,
            CompletionTime = DateTimeOffset.UnixEpoch,
        };

        public override IReadOnlyList<byte[]> Seeds { get; } = Texts(HistoryPages.ToToken(new ReadHistoryRequest { Station = "a" }, s_last), InspectionPages.ToToken(new ListInspectionsRequest { Station = "a" }, 7), "");

        public override bool Run(byte[] input)
        {
            var token = Encoding.Latin1.GetString(input);
            var isOfHistory = Reads<RpcException>(() => new ReadHistoryRequest { Station = "a", PageToken = token }.ToRange());
            return Reads<RpcException>(() => new ListInspectionsRequest { Station = "a", PageToken = token }.ToSearch()) || isOfHistory;
        }
    }

    /// <summary>Settings: lines of NAME=VALUE.</summary>
    private sealed class Settings() : FuzzTarget("settings")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = Texts(
            "HttpPort=8080\nBindAddress=127.0.0.1\nLine:MaxBatchDelay=00:00:00.002\nLine:EvidenceBytes=1000\nLimits:MemoryBytes=1000000000\nOpcUa:Host=127.0.0.1",
            "Access:Proxies=10.0.0.0/8,::1\nAccess:OpenId:Authority=https://id.plant.example\nAccess:OpenId:ClientId=line\nAccess:OpenId:Roles=a=Viewer,b=Operator\nMqtt:Host=broker\nDrift:PartsToFalseAlarm=1e6\nLine:Engine=Torch\nLine:LogDurability=Full");

        public override IReadOnlyList<byte[]> Words => Texts("\n", "=", ":", "AnomalyLine:", "Line", "Access:OpenId:", "-1", "NaN", "1e999", "99999999999999999999", "true", "00:00:01", ",", "/");

        public override bool Run(byte[] input)
        {
            var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in Encoding.UTF8.GetString(input).Split('\n'))
                if (line.Split('=', 2) is [var name, var value] && name.Trim(':').Length > 0) settings[$"{AnomalyLineOptions.Section}:{name}"] = value;
            return Reads<InvalidOptionsException>(() => OptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));
        }
    }

    /// <summary>Lines that child processes print.</summary>
    private sealed class Lines() : FuzzTarget("line of a child process")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = Texts(
            """{"level":50,"msg":"gateway failed","err":{"message":"port in use","stack":"a\n b"},"time":1,"pid":2,"endpoint":"opc.tcp://x"}""",
            new TrainerLine("training", 0.5, 0.1, "epoch 1 of 2") { Epoch = 1, Epochs = 2, LeftSeconds = 3 }.ToJson());

        public override IReadOnlyList<byte[]> Words => Texts("null", "{}", "[]", "\"\"", "-1", "1e999", "\"level\":", "\"msg\":", "\"err\":", "\"NaN\"", "\"phase\":", "\u001b[31m");

        public override bool Run(byte[] input)
        {
            var line = Encoding.UTF8.GetString(input);
            return GatewayLine.Parse(line).Message != line | TrainerLine.Parse(line) is not null;
        }
    }
}
