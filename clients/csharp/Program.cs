// A camera in C#: sends picture files to a station and prints each frame's verdict. Replace Pictures by your own camera.
//
// Each frame is kept until its answer comes. Where the connection breaks, those without an answer are sent again on the next one; the server may then have inspected a
// frame twice, and each inspection has a number of its own. No answer is not good: a part without one has no verdict.
//
// camera ADDRESS STATION FOLDER RATE COUNT; the key is in ANOMALYLINE_KEY.
using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using AnomalyLine.Contracts.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

if (args is not [var address, var station, var folder, var rate, var count])
{
    Console.Error.WriteLine("camera ADDRESS STATION FOLDER RATE COUNT, such as: camera http://127.0.0.1:8081 press-1 parts 10 100");
    return 2;
}

// Frames that wait, and those that were sent and have no answer. Where both are full the camera waits; a live one would drop frames and count them.
var waiting = Channel.CreateBounded<InspectRequest>(16);
var sent = new ConcurrentDictionary<ulong, InspectRequest>();
using var places = new SemaphoreSlim(16);
var pictures = PicturesAsync();

using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
{
    // A server that vanished without a word is noticed after some seconds instead of never.
    HttpHandler = new SocketsHttpHandler { KeepAlivePingDelay = TimeSpan.FromSeconds(5), KeepAlivePingTimeout = TimeSpan.FromSeconds(5) },
});
var headers = new Metadata();
if (Environment.GetEnvironmentVariable("ANOMALYLINE_KEY") is { Length: > 0 } key) headers.Add("authorization", $"Bearer {key}");
var client = new InspectionService.InspectionServiceClient(channel);
for (var pause = TimeSpan.FromMilliseconds(250); !waiting.Reader.Completion.IsCompleted || !sent.IsEmpty;)
{
    try
    {
        await ExchangeAsync();
        pause = TimeSpan.FromMilliseconds(250);
    }
    catch (RpcException failure) when (IsPassing(failure))
    {
        Console.Error.WriteLine($"{failure.StatusCode}: {failure.Status.Detail} Trying again in {pause.TotalSeconds} s.");
        await Task.Delay(pause);
        pause = pause * 2 < TimeSpan.FromSeconds(5) ? pause * 2 : TimeSpan.FromSeconds(5);
    }
}

await pictures;
return 0;

// The camera: PNG files in turn. Raw pixels have a width, a height and another format, such as PixelFormat.Mono8.
async Task PicturesAsync()
{
    try
    {
        var files = Directory.GetFiles(folder, "*.png").Order(StringComparer.Ordinal).ToArray();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / double.Parse(rate, CultureInfo.InvariantCulture)));
        for (var number = 1; number <= int.Parse(count, CultureInfo.InvariantCulture) && await timer.WaitForNextTickAsync(); number++)
        {
            var file = files[(number - 1) % files.Length];
            await waiting.Writer.WriteAsync(new InspectRequest
            {
                RequestId = (ulong)number,
                Station = station,
                PartId = Path.GetFileNameWithoutExtension(file),
                Frame = new Frame { PixelFormat = PixelFormat.Png, Data = UnsafeByteOperations.UnsafeWrap(await File.ReadAllBytesAsync(file)), CaptureTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()) },
            });
        }
    }
    finally
    {
        waiting.Writer.Complete();
    }
}

// One connection, to its end.
async Task ExchangeAsync()
{
    using var ended = new CancellationTokenSource();
    using var call = client.Inspect(headers);
    var sending = SendAsync(call.RequestStream, ended.Token);
    try
    {
        await foreach (var answer in call.ResponseStream.ReadAllAsync())
        {
            var isFirst = sent.TryRemove(answer.RequestId, out var request);
            if (isFirst) places.Release();
            if (answer.Error is { } error) Console.WriteLine($"{answer.RequestId} error {error.Code}: {error.Message}");
            else if (isFirst) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answer.RequestId} {request!.PartId} #{answer.Inspection.Sequence} {answer.Inspection.Verdict} {answer.Inspection.Score:G4}"));
        }
    }
    finally
    {
        await ended.CancelAsync();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

// First what has no answer since an earlier connection, then what comes.
async Task SendAsync(IClientStreamWriter<InspectRequest> stream, CancellationToken cancel)
{
    foreach (var (_, request) in sent.OrderBy(pair => pair.Key)) await stream.WriteAsync(request, cancel);
    while (await NextAsync(cancel) is { } request)
    {
        sent[request.RequestId] = request;
        await stream.WriteAsync(request, cancel);
    }

    await stream.CompleteAsync();
}

// The next frame once there is a place among those that were sent; null once no more come.
async Task<InspectRequest?> NextAsync(CancellationToken cancel)
{
    await places.WaitAsync(cancel);
    InspectRequest? request = null;
    try
    {
        return await waiting.Reader.WaitToReadAsync(cancel) && waiting.Reader.TryRead(out request) ? request : null;
    }
    finally
    {
        if (request is null) places.Release();
    }
}

// Whether a new connection may help.
static bool IsPassing(RpcException failure) => failure.Trailers.GetValue("error-code") is not "message-too-large" && failure.StatusCode is
    StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Aborted or StatusCode.Unknown or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted;
