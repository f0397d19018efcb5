using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Layers;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Vae;

/// <summary>
/// The autoencoders' trunk with two heads at the bottleneck, a mean and a logarithm of the variance for each number: N x C x S x S in [0, 1] to the
/// same, S a power of two from 128.
/// </summary>
internal sealed class VaeNetwork : nn.Module<Tensor, Tensor>
{
    /// <summary>Bound of the variance's logarithm either way, so that its exponential stays finite while the network is still untrained.</summary>
    private const double LargestLogVariance = 10;

    private readonly Chain _encoder;
    private readonly Chain _decoder;

    public VaeNetwork(VaeOptions options)
        : base(nameof(VaeNetwork))
    {
        _encoder = BottleneckTrunk.Encoder(options.Channels, options.Size, options.Width, 2 * options.Latent);
        _decoder = BottleneckTrunk.Decoder(options.Channels, options.Size, options.Width, options.Latent);
        RegisterComponents();
    }

    /// <summary>The posterior of the bottleneck's numbers: mean and log variance, each N x d x 1 x 1.</summary>
    public (Tensor Mean, Tensor LogVariance) Encode(Tensor input)
    {
        using var scope = NewDisposeScope();
        var heads = _encoder.call(input.InTypeOf(_encoder.FirstWeight)).InSingle().chunk(2, 1);
        return (heads[0].MoveToOuterDisposeScope(), heads[1].clamp(S(-LargestLogVariance), S(LargestLogVariance)).MoveToOuterDisposeScope());
    }

    /// <summary>The reconstruction from the bottleneck's numbers: N x d x 1 x 1 to N x C x S x S in [0, 1].</summary>
    public Tensor Decode(Tensor latent)
    {
        using var scope = NewDisposeScope();
        return _decoder.call(latent.InTypeOf(_decoder.FirstWeight)).InSingle().MoveToOuterDisposeScope();
    }

    /// <summary>The reconstruction from the posterior's mean, the same each time.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Decode(Encode(input).Mean).MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue input)
    {
        var heads = graph.Apply(_encoder, input);
        var mean = graph.Add("Slice", [heads, graph.Constant([0]), graph.Constant([_decoder.FirstWeight.shape[0]]), graph.Constant([1])]);
        return graph.Apply(_decoder, mean);
    }
}
