using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Layers;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Autoencoder;

/// <summary>The convolutional autoencoder of Bergmann et al. (VISAPP 2019, table 1): N x C x S x S in [0, 1] to the same, S a power of two from 128.</summary>
internal sealed class AutoencoderNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Chain _encoder;
    private readonly Chain _decoder;

    public AutoencoderNetwork(AutoencoderOptions options)
        : base(nameof(AutoencoderNetwork))
    {
        _encoder = BottleneckTrunk.Encoder(options.Channels, options.NetworkSize, options.Width, options.Latent);
        _decoder = BottleneckTrunk.Decoder(options.Channels, options.NetworkSize, options.Width, options.Latent);
        RegisterComponents();
    }

    /// <summary>The reconstruction, N x C x S x S in [0, 1].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _decoder.call(_encoder.call(input.InTypeOf(_encoder.FirstWeight))).InSingle().MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue input) => graph.Apply(_decoder, graph.Apply(_encoder, input));
}
