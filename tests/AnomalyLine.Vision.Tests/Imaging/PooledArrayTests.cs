using AnomalyLine.Imaging;

namespace AnomalyLine.Vision.Tests.Imaging;

public sealed class PooledArrayTests
{
    // A size of its own for each test: the shelf is shared.
    [Fact]
    public void Rent_AfterRecycling_GivesTheSameMemoryAndTheOldArrayThrows()
    {
        var first = PooledArrays.Rent<byte>(1_000_003);
        first.Memory.Span[5] = 7;
        ref var place = ref first.Memory.Span[5];
        Assert.True(first.Recycle());

        var second = PooledArrays.Rent<byte>(1_000_001);
        second.Memory.Span[5] = 9;

        Assert.Equal((9, 1_000_001, 1_000_001), (place, second.Length, second.Memory.Length));
        Assert.Throws<ObjectDisposedException>(() => first.Memory.Length);
        Assert.False(first.Detach());
        Assert.False(first.Recycle());
    }

    [Fact]
    public void Recycle_Detached_LeavesTheArrayAsItIs()
    {
        var kept = PooledArrays.Rent<float>(300_003);
        kept.Memory.Span.Fill(3);
        Assert.True(kept.Detach());
        Assert.True(kept.Detach());
        Assert.False(kept.Recycle());

        PooledArrays.Rent<float>(300_003).Memory.Span.Fill(4);
        Assert.All(kept.Memory.ToArray(), value => Assert.Equal(3, value));
    }

    [Fact]
    public void Recycle_SmallOrWrapped_IsTheCollectors()
    {
        Assert.False(PooledArrays.Rent<byte>(84_999).Recycle());
        var wrapped = PooledArrays.Of(new byte[200_000]);
        Assert.False(wrapped.Recycle());
        Assert.Equal(200_000, wrapped.Memory.Length);
    }

    [Fact]
    public void Put_MoreThanMayWait_LetsTheOldOnesGoAndKeepsTakingNewOnes()
    {
        var shelf = new SizeBucket<byte>();
        const int size = 10 << 20;
        var arrays = Enumerable.Range(0, 8).Select(_ => shelf.Take(size)).ToArray();
        foreach (var array in arrays)
        {
            shelf.Put(array);
            Assert.InRange(shelf.Bytes, 1, 64 << 20);
        }

        Assert.Same(arrays[^1], shelf.Take(size));
    }

    [Theory]
    [InlineData(85_000)]
    [InlineData(1_310_720)]
    [InlineData(64 * 1024 * 1024)]
    public void Take_AnyLength_IsAtMostAnEighthLarger(int length) => Assert.InRange(new SizeBucket<byte>().Take(length).Length, length, length * 9L / 8);

    [Fact]
    public void Frame_Recycled_IsNotReadAnyMore()
    {
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 400, 300, 0, PooledArrays.Rent<byte>(120_000), DateTimeOffset.UnixEpoch, out var frame, out _));
        Assert.True(frame.Recycle());
        Assert.Throws<ObjectDisposedException>(() => frame.Data);
        Assert.False(frame.Detach());
        Assert.False(Frame.TryCreate(PixelFormat.Mono8, 400, 301, 0, PooledArrays.Rent<byte>(120_000), DateTimeOffset.UnixEpoch, out _, out var error));
        Assert.Contains("120000", error, StringComparison.Ordinal);
    }
}
