using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Memory;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>What callers can make the server read, keep and hold open.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("POST /v1/stations", "application/json")]
    [InlineData("POST /v1/samples", "application/json")]
    [InlineData("POST /v1/stations/a:resetCounters", "application/json")]
    public async Task Rest_OfNobody_IsRefusedBeforeItsBodyComes(string request, string type)
    {
        await using var server = await TestServer.StartAsync();
        using var raw = new TcpClient();
        await raw.ConnectAsync(IPAddress.Loopback, server.Http.BaseAddress!.Port, TestServer.Cancel);
        await raw.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{request} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: 28000000\r\n\r\n"), TestServer.Cancel);

        using var reader = new StreamReader(raw.GetStream());
        Assert.Equal("HTTP/1.1 401 Unauthorized", await reader.ReadLineAsync(TestServer.Cancel));
    }

    [Fact]
    public async Task Grpc_OfNobody_IsRefusedBeforeItsMessageComes()
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{server.Channel.Target}"), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/anomalyline.v1.StationService/ResetCounters") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new Unfinished(27 << 20) };

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestServer.Cancel);
        _ = await answer.Content.ReadAsByteArrayAsync(TestServer.Cancel);

        Assert.Equal(((int)StatusCode.Unauthenticated).ToString(System.Globalization.CultureInfo.InvariantCulture), Assert.Single(answer.TrailingHeaders.GetValues("grpc-status")));
        Assert.Equal("not-signed-in", Assert.Single(answer.TrailingHeaders.GetValues("error-code")));
    }

    [Fact]
    public async Task Grpc_MessageLargerThanItsCallNeeds_IsRefused()
    {
        await using var server = await TestServer.StartAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Stations.ResetCountersAsync(new() { Name = new string('a', 2 << 20) }, cancellationToken: TestServer.Cancel).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
    }

    [Fact]
    public async Task Inspect_MessageLargerThanAnyFrame_EndsTheStreamWithAWordAndIsLoggedWithThePeerAndCounted()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        using var http = new HttpClient(server.AsLocalProgram()) { BaseAddress = new Uri($"http://{server.Channel.Target}") };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/anomalyline.v1.InspectionService/Inspect") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new Unfinished(300 << 20) };

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestServer.Cancel);
        _ = await answer.Content.ReadAsByteArrayAsync(TestServer.Cancel);

        // Nothing was answered before, so that the status comes with the headers.
        Assert.Equal(((int)StatusCode.ResourceExhausted).ToString(System.Globalization.CultureInfo.InvariantCulture), Assert.Single(answer.Headers.GetValues("grpc-status")));
        Assert.Equal("message-too-large", Assert.Single(answer.Headers.GetValues("error-code")));
        Assert.Contains(server.Log.Messages, line => line.Contains("A camera at ipv4:127.0.0.1:", StringComparison.Ordinal) && line.Contains("message-too-large", StringComparison.Ordinal) && line.Contains($"{260 << 20} bytes", StringComparison.Ordinal));
        Assert.Matches("""anomalyline_frames_refused_total\{[^}]*reason="message-too-large"\} 1""", await server.Http.GetStringAsync("/metrics", TestServer.Cancel));
    }

    [Fact]
    public async Task Inspect_HalfAMessageForWhichThereIsNoRoom_EndsTheStreamWithAWord()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], "--AnomalyLine:MaxFrameBytes=1048576", "--AnomalyLine:Limits:BytesInFlight=2097152");
        using var http = new HttpClient(server.AsLocalProgram()) { BaseAddress = new Uri($"http://{server.Channel.Target}") };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/anomalyline.v1.InspectionService/Inspect")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Unfinished(200 << 20, sent: 4 << 20),
        };

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestServer.Cancel);
        _ = await answer.Content.ReadAsByteArrayAsync(TestServer.Cancel);

        Assert.Equal("memory-short", Assert.Single(answer.Headers.GetValues("error-code")));
        Assert.Equal(0, server.Get<MemoryBudget>().InFlight);
    }

    [Theory]
    [InlineData("/v1/stations", true)]
    [InlineData("/v1/stations", false)]
    public async Task Rest_BodyLargerThanTheServerReads_Is413WithTheDocumentedBody(string path, bool hasLength)
    {
        await using var server = await TestServer.StartAsync();
        var large = Encoding.ASCII.GetBytes($$"""{"name":"{{new string('a', 2 << 20)}}"}""");
        using var stream = new MemoryStream(large);
        using HttpContent content = hasLength ? new ByteArrayContent(large) : new StreamContent(stream);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.TransferEncodingChunked = !hasLength;

        using var answer = await server.Http.SendAsync(request, TestServer.Cancel);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var failure = (await answer.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!;
        Assert.Equal(((int)StatusCode.ResourceExhausted, "body-too-large"), ((int)failure["code"]!, (string)failure["details"]![0]!["reason"]!));
    }

    [Fact]
    public async Task Http_BodyThatStopsComing_EndsTheConnection()
    {
        await using var server = await TestServer.StartAsync();
        using var raw = new TcpClient();
        await raw.ConnectAsync(IPAddress.Loopback, server.Http.BaseAddress!.Port, TestServer.Cancel);
        await raw.GetStream().WriteAsync("POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname="u8.ToArray(), TestServer.Cancel);

        await AssertEndsAsync(raw);
    }

    [Fact]
    public async Task Connections_OfStrangers_GiveWayToNewOnesAndToThoseWhoProveThemselves()
    {
        await using var server = await TestServer.StartAsync("--AnomalyLine:Limits:Connections=20", "--AnomalyLine:Limits:StrangerConnections=4");
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/v1/stations", TestServer.Cancel)).StatusCode);
        var strangers = new List<TcpClient>();
        var waiting = new List<Task>();
        try
        {
            for (var i = 0; i < 40; i++)
            {
                strangers.Add(new TcpClient());
                await strangers[^1].ConnectAsync(IPAddress.Loopback, server.Http.BaseAddress!.Port, TestServer.Cancel);
                waiting.Add(AssertEndsAsync(strangers[^1]));

                // Which of those that came together is the oldest, the server's threads decide.
                while (waiting.Count > 4)
                {
                    var ended = await Task.WhenAny(waiting);
                    await ended;
                    waiting.Remove(ended);
                }
            }

            Assert.Empty((await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations);
            Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/v1/stations", TestServer.Cancel)).StatusCode);
        }
        finally
        {
            strangers.ForEach(stranger => stranger.Dispose());
        }
    }

    [Fact]
    public async Task Refusals_OfStrangersOfManyAddresses_AreBoundedInAllAndCounted()
    {
        var time = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync();
        var refusals = new RefusalLog(server.Get<AuditLog>(), time, NullLogger<RefusalLog>.Instance);

        for (var i = 0; i < 200; i++) await NoteAsync(i);
        var before = (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries;
        time.Advance(TimeSpan.FromMinutes(1));
        await NoteAsync(200);
        var after = (await server.Audit.ListAuditEntriesAsync(new() { PageSize = 1000 }, cancellationToken: TestServer.Cancel)).Entries;

        Assert.Equal((20, 21), (before.Count, after.Count));
        Assert.Contains("\"leftOut\":180", after[^1].NewValue, StringComparison.Ordinal);

        Task NoteAsync(int i) => refusals.NoteAsync(new Caller("", $"10.0.{i / 100}.{i % 100} (nobody)"), "sign-in", new LineError(LineErrorCode.NotSignedIn, "wrong"));
    }

    [Fact]
    public void OpenFiles_FewerThanTheServerNeeds_SaysHowManyAndWhatToDo()
    {
        Assert.Contains("LimitNOFILE", OpenFiles.Lack(int.MaxValue - 1000, 500), StringComparison.Ordinal);
        Assert.Null(OpenFiles.Lack(1, 1));
    }

    private static async Task AssertEndsAsync(TcpClient client)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestServer.Cancel);
        end.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            var buffer = new byte[4096];
            while (await client.GetStream().ReadAsync(buffer, end.Token) > 0)
            {
                // What the server says before it hangs up.
            }
        }
        catch (IOException)
        {
            // Reset: ended as well.
        }
    }

    /// <summary>The head of a large message and some of its bytes, and no more.</summary>
    private sealed class Unfinished : HttpContent
    {
        private readonly byte[] _head;

        public Unfinished(int bytes, int sent = 0)
        {
            _head = new byte[5 + sent];
            BinaryPrimitives.WriteInt32BigEndian(_head.AsSpan(1), bytes);
            Headers.ContentType = new("application/grpc");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(_head, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
