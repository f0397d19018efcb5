using System.Net.Sockets;
using AnomalyLine.Imaging.Sharing;
using Microsoft.Win32.SafeHandles;

namespace AnomalyLine.Vision.Tests.Imaging;

/// <summary>Memory that a camera program hands over: what it may be, and that whoever wrote it can do no harm with it.</summary>
public sealed class SharedFramesTests
{
    private const int FrameBytes = 100_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_FramesInSlots_AreReadAsTheyWereWrittenAndSlotsComeBack()
    {
        using var pair = await Pair.ConnectAsync();
        var places = new HashSet<long>();
        for (var i = 0; i < 16; i++)
        {
            var frame = Bytes(i);
            var place = await pair.Shared.WriteAsync(frame, Cancel);
            Assert.True(places.Add(place));
            var read = new byte[FrameBytes];
            Assert.Null(pair.Offered.Read((ulong)place, read));
            Assert.Equal(frame, read);
        }

        var waiting = pair.Shared.WriteAsync(Bytes(99), Cancel);
        Assert.False(waiting.IsCompleted);
        pair.Shared.Release(places.Max());
        Assert.Equal(places.Max(), await waiting);
    }

    [Fact]
    public async Task Read_WriterChangesThePlaceAfterwards_CopyStays()
    {
        using var pair = await Pair.ConnectAsync();
        var place = await pair.Shared.WriteAsync(Bytes(1), Cancel);
        var read = new byte[FrameBytes];
        Assert.Null(pair.Offered.Read((ulong)place, read));

        pair.Shared.Release(place);
        Assert.Equal(place, await pair.Shared.WriteAsync(Bytes(2), Cancel));

        Assert.Equal(Bytes(1), read);
    }

    [Theory]
    [InlineData(ulong.MaxValue, 1)]
    [InlineData(ulong.MaxValue - 5, 16)]
    [InlineData(0x8000_0000_0000_0000, 16)]
    [InlineData(16 * 102_400UL, 1)]
    [InlineData((16 * 102_400UL) - 1, 2)]
    public async Task Read_OutsideTheMemory_IsRefused(ulong offset, int bytes)
    {
        using var pair = await Pair.ConnectAsync();
        Assert.Equal(16 * 102_400, pair.Offered.Length);

        Assert.Contains("not within its", pair.Offered.Read(offset, new byte[bytes]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_PlaceThatNobodyWroteTo_IsZerosAndNoSignal()
    {
        using var pair = await Pair.ConnectAsync();
        var read = Bytes(3);

        Assert.Null(pair.Offered.Read(5 * 102_400, read));

        Assert.All(read, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Create_ThenShrunkOrGrown_IsRefusedByTheKernel()
    {
        using var memory = SealedMemory.Create(4096);

        Assert.ThrowsAny<Exception>(() => RandomAccess.SetLength(memory, 0));
        Assert.ThrowsAny<Exception>(() => RandomAccess.SetLength(memory, 8192));
        Assert.Equal(4096, RandomAccess.GetLength(memory));
    }

    [Fact]
    public async Task Take_FileOfAFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["file"], new byte[FrameBytes], Cancel);
        using var file = File.OpenHandle(folder["file"], FileMode.Open, FileAccess.ReadWrite);

        Assert.Equal("the descriptor is no memory of memfd_create", await RefusalOfAsync(file));
    }

    [Fact]
    public async Task Take_MemoryThatCanShrink_IsRefused()
    {
        // What a decoder gets has no seals: its own server made it.
        using var pixels = AnomalyLine.Imaging.Decoding.SharedPixels.Create(4096);
        using var memory = File.OpenHandle(pixels.Path, FileMode.Open, FileAccess.ReadWrite);

        Assert.Equal("the descriptor has no seals on its size (F_SEAL_SHRINK, F_SEAL_GROW)", await RefusalOfAsync(memory));
    }

    [Fact]
    public async Task Take_NoDescriptor_IsRefusedInTime()
    {
        var port = TestPort.Next();
        using var listener = OfferedMemory.Listen(port, 4);
        using var program = LocalPeer.Create();
        await program.ConnectAsync(LocalPeer.At(port), Cancel);
        using var connection = await listener.AcceptAsync(Cancel);
        await program.SendAsync(new byte[] { 1 }, Cancel);

        Assert.Null(OfferedMemory.TryTake(connection, out var error));

        Assert.Equal("no descriptor came", error);
    }

    [Fact]
    public void Offer_NobodyListens_IsNone() => Assert.Null(SharedFrames.TryOffer(TestPort.Next(), FrameBytes));

    [Fact]
    public void Offer_FramesTooLargeForTwo_IsNone() => Assert.Null(SharedFrames.TryOffer(TestPort.Next(), 200 * 1024 * 1024));

    [Theory]
    [InlineData(0, true)]
    [InlineData(65534, false)]
    public void IsTrusted_OwnAccountAndAdministratorOnly(uint account, bool expected) => Assert.Equal(expected, LocalPeer.IsTrusted(account));

    private static byte[] Bytes(int seed)
    {
        var bytes = new byte[FrameBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<string> RefusalOfAsync(SafeFileHandle descriptor)
    {
        var port = TestPort.Next();
        using var listener = OfferedMemory.Listen(port, 4);
        using var program = LocalPeer.Create();
        await program.ConnectAsync(LocalPeer.At(port), Cancel);
        using var connection = await listener.AcceptAsync(Cancel);
        LocalPeer.Send(program, descriptor);
        Assert.Null(OfferedMemory.TryTake(connection, out var error));
        return error;
    }

    /// <summary>Both ends.</summary>
    private sealed record Pair(Socket Listener, Socket Connection, SharedFrames Shared, OfferedMemory Offered) : IDisposable
    {
        public static async Task<Pair> ConnectAsync()
        {
            var port = TestPort.Next();
            var listener = OfferedMemory.Listen(port, 4);
            var offering = Task.Run(() => SharedFrames.TryOffer(port, FrameBytes), Cancel);
            var connection = await listener.AcceptAsync(Cancel);
            var offered = OfferedMemory.TryTake(connection, out var error);
            Assert.True(offered is not null, error);
            connection.Send(new byte[SharedFrames.NameBytes]);
            return new Pair(listener, connection, Assert.IsType<SharedFrames>(await offering), offered);
        }

        public void Dispose()
        {
            Shared.Dispose();
            Offered.Dispose();
            Connection.Dispose();
            Listener.Dispose();
        }
    }
}
