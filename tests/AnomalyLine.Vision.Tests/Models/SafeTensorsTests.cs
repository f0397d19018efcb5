using System.Buffers.Binary;
using System.Text;
using AnomalyLine.Inference.Tensors;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Models;

public sealed class SafeTensorsTests
{
    [Fact]
    public void Write_Module_HasTheDocumentedLayout()
    {
        using var layer = nn.Linear(2, 1);
        using var guard = no_grad();
        layer.weight!.copy_(tensor([1f, 2f], [1, 2]));
        layer.bias!.copy_(tensor([3f]));
        var file = SafeTensors.Write(layer);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal(
            """{"bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}""",
            Encoding.UTF8.GetString(file, 8, length).TrimEnd());
        Assert.Equal(0, length % 8);
        Assert.Equal(3f, BitConverter.ToSingle(file, 8 + length));
        Assert.Equal(2f, BitConverter.ToSingle(file, 8 + length + 8));
    }

    [Fact]
    public void Read_WhatWasWritten_RestoresParametersAndBuffers()
    {
        using var one = nn.BatchNorm2d(4);
        using var two = nn.BatchNorm2d(4);
        using var guard = no_grad();
        using var input = rand(3, 4, 5, 5);
        one.call(input).Dispose();
        SafeTensors.Read(two, SafeTensors.Write(one));
        foreach (var (key, value) in one.state_dict()) Assert.True(value.Equals(two.state_dict()[key]), key);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(40)]
    public void Read_CutShort_IsRefused(int bytes)
    {
        using var layer = nn.Linear(2, 1);
        var file = SafeTensors.Write(layer)[..bytes];
        Assert.Throws<InvalidDataException>(() => SafeTensors.Read(layer, file));
    }
}
