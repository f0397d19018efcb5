using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Scadn;

/// <summary>
/// SCADN's generator: N x C x S x S in [0, 1] to the same, S a multiple of 8. A 7 x 7 convolution, three halvings to eight times the width, residual
/// blocks with a dilation of 2, three doublings, a 7 x 7 convolution, (tanh + 1) / 2. Instance norm without parameters and ReLU after each convolution,
/// so no convolution before one has a bias: the norm would take it out again.
/// </summary>
internal sealed class ScadnGenerator : nn.Module<Tensor, Tensor>
{
    private const string ErrorsName = "normal_errors";

    /// <summary>Powers of two up to half of the largest size.</summary>
    private const int MostScales = 10;

    private readonly Chain _layers;
    private readonly Conv2d _last;

    public ScadnGenerator(int channels, int width, int blocks)
        : base(nameof(ScadnGenerator))
    {
        List<nn.Module<Tensor, Tensor>> layers = [new ReflectionPad(3), nn.Conv2d(channels, width, 7, bias: false), nn.InstanceNorm2d(width), nn.ReLU(inplace: true)];
        for (var w = width; w < 8 * width; w *= 2) layers.AddRange([nn.Conv2d(w, 2 * w, 4, stride: 2, padding: 1, bias: false), nn.InstanceNorm2d(2 * w), nn.ReLU(inplace: true)]);
        for (var i = 0; i < blocks; i++) layers.Add(new ResidualBlock(8 * width));
        for (var w = 8 * width; w > width; w /= 2)
            layers.AddRange([nn.Upsample(scale_factor: [2, 2]), nn.Conv2d(w, w / 2, 3, padding: 1, bias: false), nn.InstanceNorm2d(w / 2), nn.ReLU(inplace: true)]);
        layers.Add(new ReflectionPad(3));
        _layers = new Chain([.. layers]);
        _last = nn.Conv2d(width, channels, 7);
        RegisterComponents();
        register_buffer(ErrorsName, zeros(MostScales).DetachFromDisposeScope());
        using var guard = no_grad();
        foreach (var (name, parameter) in named_parameters())
        {
            if (name.EndsWith("bias", StringComparison.Ordinal)) nn.init.zeros_(parameter);
            else nn.init.normal_(parameter, 0, 0.02);
        }
    }

    /// <summary>Mean error on normal frames of the scale with 2^i cycles, at i; 0 where it was not measured.</summary>
    public Tensor NormalErrors => get_buffer(ErrorsName)!;

    /// <summary>The reconstruction, N x C x S x S in [0, 1].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return (_last.call(_layers.call(input.InTypeOf(_last.weight))).InSingle().tanh().Plus(1) / S(2)).MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue input)
    {
        var value = _layers.Links.Aggregate(input, (map, link) => link is ResidualBlock block ? block.Write(graph, map) : graph.Apply(link, map));
        value = graph.Add("Tanh", [graph.Apply(_last, value)]);
        return graph.Add("Div", [graph.Add("Add", [value, graph.Constant(1f)]), graph.Constant(2f)]);
    }

    private sealed class ResidualBlock : nn.Module<Tensor, Tensor>
    {
        private readonly Chain _inner;

        public ResidualBlock(int width)
            : base(nameof(ResidualBlock))
        {
            _inner = new Chain(
                new ReflectionPad(2), nn.Conv2d(width, width, 3, dilation: 2, bias: false), nn.InstanceNorm2d(width), nn.ReLU(inplace: true),
                new ReflectionPad(1), nn.Conv2d(width, width, 3, bias: false), nn.InstanceNorm2d(width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var change = _inner.call(input);
            return input.Plus(change);
        }

        public OnnxValue Write(OnnxGraph graph, OnnxValue input) => graph.Add("Add", [input, graph.Apply(_inner, input)]);
    }
}
