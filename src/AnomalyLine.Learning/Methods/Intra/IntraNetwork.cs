using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Intra;

/// <summary>
/// InTra's transformer. <see cref="Embed"/> makes a token of each patch once; forward takes windows of them, puts a learnt token and the positions in
/// the place of what is hidden, and predicts the hidden patches: with one hidden from the mean of all tokens as published, with four from their own.
/// The later half of the blocks also gets the output of the earlier half, the last that of the first but one.
/// </summary>
internal sealed class IntraNetwork : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    private const string NormalMapName = "normal_map";
    private static readonly long[] MiddleAxis = [1];
    private readonly IntraOptions _options;
    private readonly Linear _embedding;
    private readonly Parameter _unknown;
    private readonly Parameter _positions;
    private readonly ModuleList<IntraBlock> _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear _head;

    public IntraNetwork(IntraOptions options)
        : base(nameof(IntraNetwork))
    {
        _options = options;
        var values = options.Patch * options.Patch * options.Channels;
        var places = options.Positions == PatchPositions.Global ? options.Patches : options.Window * options.Window;
        _embedding = nn.Linear(values, options.Width);
        _unknown = nn.Parameter((randn(options.Width) * S(0.02)).DetachFromDisposeScope());
        _positions = nn.Parameter((randn(places, options.Width) * S(0.02)).DetachFromDisposeScope());
        _blocks = [];
        for (var i = 0; i < options.Depth; i++) _blocks.Add(new IntraBlock(options.Width, options.Heads, options.Window * options.Window));
        _norm = nn.LayerNorm(options.Width);
        _head = nn.Linear(options.Width, values);
        RegisterComponents();
        register_buffer(NormalMapName, zeros(options.Size.Height, options.Size.Width).DetachFromDisposeScope());
    }

    /// <summary>Mean smoothed map of the training frames, H x W; zeros until it was measured.</summary>
    public Tensor NormalMap => get_buffer(NormalMapName)!;

    /// <summary>Patches, P x (C K K) in [0, 1], to tokens, P x D.</summary>
    public Tensor Embed(Tensor patches) => _embedding.call(patches.InTypeOf(_embedding.weight)).InSingle();

    /// <summary>Predicts hidden patches.</summary>
    /// <param name="tokens">P x D, of any number of frames one after the other.</param>
    /// <param name="patches">M x L²: the tokens of each window.</param>
    /// <param name="hidden">M x h: the places of each window that are hidden.</param>
    /// <returns>M x h x (C K K).</returns>
    public override Tensor forward(Tensor tokens, Tensor patches, Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var seen = tokens.index_select(0, patches.flatten()).view(patches.shape[0], patches.shape[1], -1);
        var isHidden = zeros_like(patches).scatter(1, hidden, ones_like(hidden)).to(ScalarType.Bool).unsqueeze(2);
        var positions = _options.Positions == PatchPositions.Global
            ? _positions.index_select(0, patches.flatten().remainder(S(_options.Patches))).view_as(seen)
            : _positions;
        var map = where(isHidden, _unknown, seen).Plus(positions);
        var outputs = new Tensor[_blocks.Count];
        for (var i = 0; i < outputs.Length; i++)
        {
            var input = 2 * i > outputs.Length ? map.Plus(outputs[^i]) : map;
            outputs[i] = map = _blocks[i].call(input);
        }

        map = _norm.call(map);
        var read = _options.Hidden == 1 ? map.mean([1], keepdim: true) : map.gather(1, hidden.unsqueeze(2).expand(-1, -1, _options.Width));
        return _head.call(read.InTypeOf(_head.weight)).InSingle().MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="Embed"/> over patches, N x P x (C K K).</summary>
    public OnnxValue WriteEmbedding(OnnxGraph graph, OnnxValue patches) => graph.Apply(_embedding, patches);

    /// <summary>The same as <see cref="forward"/> for fixed windows of each frame: tokens N x P x D to N x (M h) x (C K K).</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="tokens">N x P x D.</param>
    /// <param name="patches">M x L², one behind the other: the tokens of each window within its frame.</param>
    /// <param name="hidden">M x h, one behind the other: the places of each window that are hidden.</param>
    public OnnxValue Write(OnnxGraph graph, OnnxValue tokens, long[] patches, long[] hidden)
    {
        using var scope = NewDisposeScope();
        var (length, windows) = (_options.Window * _options.Window, patches.Length / (_options.Window * _options.Window));
        var places = hidden.Select((place, i) => ((long)i / _options.Hidden * length) + place).ToArray();
        var isSeen = ones(patches.Length, 1);
        isSeen.index_fill_(0, tensor(places), S(0));
        var positions = _options.Positions == PatchPositions.Global ? _positions.index_select(0, tensor(patches)) : _positions.repeat(windows, 1);
        var beside = positions.Plus(OneMinus(isSeen) * _unknown);
        var seen = graph.Add("Mul", [graph.Add("Gather", [tokens, graph.Constant(patches)], ("axis", 1L)), graph.Constant(isSeen)]);
        var map = graph.Add("Reshape", [graph.Add("Add", [seen, graph.Constant(beside)]), graph.Constant(-1, length, _options.Width)]);
        var outputs = new OnnxValue[_blocks.Count];
        for (var i = 0; i < outputs.Length; i++) outputs[i] = map = _blocks[i].Write(graph, 2 * i > outputs.Length ? graph.Add("Add", [map, outputs[^i]]) : map);
        map = graph.Apply(_norm, map);
        var read = _options.Hidden == 1
            ? graph.Add("Reshape", [graph.Add("ReduceMean", [map], ("axes", MiddleAxis)), graph.Constant(-1, windows, _options.Width)])
            : graph.Add("Gather", [graph.Add("Reshape", [map, graph.Constant(-1, patches.Length, _options.Width)]), graph.Constant(places)], ("axis", 1L));
        return graph.Apply(_head, read);
    }
}
