using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Memae;

/// <summary>
/// MemAE's video network in two dimensions: N x C x S x S in [-1, 1] to the same, S a multiple of 16. Four convolutions of stride 2 at 3, 4, 8, 8
/// times the width, the memory at each place of the deepest map, and the mirror image in transposed convolutions. No skips: all passes the memory.
/// </summary>
internal sealed class MemaeNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Chain _encoder;
    private readonly SparseMemory _memory;
    private readonly Chain _decoder;

    public MemaeNetwork(MemaeOptions options)
        : base(nameof(MemaeNetwork))
    {
        int c = options.Input.Planes, w = options.Width;
        _encoder = new Chain([.. Down(c, 3 * w), .. Down(3 * w, 4 * w), .. Down(4 * w, 8 * w), .. Down(8 * w, 8 * w)]);
        _memory = new SparseMemory(options.Items, 8 * w, options.Shrink);
        _decoder = new Chain([.. Up(8 * w, 8 * w), .. Up(8 * w, 4 * w), .. Up(4 * w, 3 * w), Double(3 * w, c)]);
        RegisterComponents();
        foreach (var (name, parameter) in named_parameters())
            if (name.EndsWith("weight", StringComparison.Ordinal) && parameter.dim() == 4) nn.init.normal_(parameter, 0, 0.02);
    }

    /// <summary>The reconstruction, N x C x S x S, and the weights of the items at each place, N·S/16·S/16 x items.</summary>
    public (Tensor Reconstruction, Tensor Weights) Rebuild(Tensor input)
    {
        using var scope = NewDisposeScope();
        var map = _encoder.call(input.InTypeOf(_encoder.FirstWeight)).InSingle();
        var (n, c, h, w) = (map.shape[0], map.shape[1], map.shape[2], map.shape[3]);
        var weights = _memory.Address(map.permute(0, 2, 3, 1).reshape(-1, c));
        var answers = _memory.Read(weights).view(n, h, w, c).permute(0, 3, 1, 2).contiguous();
        var reconstruction = _decoder.call(answers.InTypeOf(_decoder.FirstWeight)).InSingle();
        return (reconstruction.MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope());
    }

    /// <summary>The reconstruction, N x C x S x S.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Rebuild(input).Reconstruction.MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue input) =>
        graph.Apply(_decoder, graph.ToMaps(_memory.Write(graph, graph.ToRows(graph.Apply(_encoder, input)))));

    private static nn.Module<Tensor, Tensor>[] Down(int from, int to) => [nn.Conv2d(from, to, 3, stride: 2, padding: 1), nn.BatchNorm2d(to), new LeakyRelu(0.2)];

    private static nn.Module<Tensor, Tensor>[] Up(int from, int to) => [Double(from, to), nn.BatchNorm2d(to), new LeakyRelu(0.2)];

    private static ConvTranspose2d Double(int from, int to) => nn.ConvTranspose2d(from, to, 3, stride: 2, padding: 1, output_padding: 1);
}
