using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
using AnomalyLine.Imaging.Sharing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AnomalyLine.Server.Memory;

/// <summary>
/// Memory that camera programs of this server's account on this machine hand over, by the names that it got. A program has it taken from when it hands it over until its connection ends. Any thread.
/// </summary>
internal sealed partial class SharedMemory(IServer server, ILogger<SharedMemory> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>Programs at one time: a camera program has one for each camera.</summary>
    private const int Most = 64;

    private readonly ConcurrentDictionary<UInt128, OfferedMemory> _memories = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _places = new(Most);
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Memories that are handed over now.</summary>
    public int Count => _memories.Count;

    /// <summary>Copies bytes of a memory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="offset">Where they begin in it.</param>
    /// <param name="into">What takes them, whole.</param>
    /// <returns>What is wrong; null where all were copied.</returns>
    public string? Read(ReadOnlySpan<byte> name, ulong offset, Span<byte> into) =>
        name.Length == SharedFrames.NameBytes && _memories.TryGetValue(BitConverter.ToUInt128(name), out var memory) ? memory.Read(offset, into) : "no memory of this name is handed over to this server";

    /// <summary>Begins once the port of gRPC is known.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (server.Features.Get<IServerAddressesFeature>()?.Addresses.LastOrDefault() is not { } grpc) return Task.CompletedTask;
        var port = new Uri(grpc).Port;
        try
        {
            _listener = OfferedMemory.Listen(port, Most);
            _accepting = AcceptAsync(_listener);
        }
        catch (SocketException failure)
        {
            LogNoSharing(logger, $"port {port}", failure.Message);
        }

        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        _listener?.Dispose();
        await _accepting;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Dispose();
        _listener?.Dispose();
        _places.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                await _places.WaitAsync(_stopping.Token);
                var connection = await listener.AcceptAsync(_stopping.Token);

                // Its first word is waited for on a thread, with a limit: descriptors come by a call that .NET has not.
                _ = Task.Run(() => HoldAsync(connection));
            }
        }
        catch (Exception ended) when (_stopping.IsCancellationRequested && ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server stops.
        }
        catch (SocketException failure)
        {
            LogNoSharing(logger, ((UnixDomainSocketEndPoint)listener.LocalEndPoint!).ToString(), failure.Message);
        }
    }

    /// <summary>Has a program's memory from its word until its end.</summary>
    private async Task HoldAsync(Socket connection)
    {
        using var owned = connection;
        var name = RandomNumberGenerator.GetBytes(SharedFrames.NameBytes);
        var key = BitConverter.ToUInt128(name);
        try
        {
            using var memory = OfferedMemory.TryTake(connection, out var error);
            if (memory is null)
            {
                LogRefused(logger, error);
                return;
            }

            _memories[key] = memory;
            LogTaken(logger, memory.Length >> 20, _memories.Count);
            await connection.SendAsync(name, _stopping.Token);
            _ = await connection.ReceiveAsync(new byte[1], _stopping.Token);
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            // The program is gone, or the server stops.
        }
        finally
        {
            _memories.TryRemove(key, out _);
            if (!_stopping.IsCancellationRequested) _places.Release();
        }
    }

    [LoggerMessage(EventId = 163, Level = LogLevel.Debug, Message = "A camera program on this machine shares {Mib} MiB of memory; {Count} do")]
    private static partial void LogTaken(ILogger logger, long mib, int count);

    [LoggerMessage(EventId = 164, Level = LogLevel.Warning, Message = "Memory of a program on this machine was not taken: {Reason}; its frames come in messages")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(EventId = 165, Level = LogLevel.Warning, Message = "Camera programs on this machine cannot share memory with this server ({Where}): {Reason}; their frames come in messages")]
    private static partial void LogNoSharing(ILogger logger, string where, string reason);
}
