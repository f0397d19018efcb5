using AnomalyLine.Inference.Onnx;
using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Networks;

/// <summary>The layers that networks are made of, as ONNX operators. What is folded is written folded.</summary>
internal static class OnnxLayers
{
    private static readonly long[] Two = [2, 2];
    private static readonly long[] RowOrder = [0, 2, 3, 1];
    private static readonly long[] MapOrder = [0, 3, 1, 2];
    private static readonly float[] Twice = [1, 1, 2, 2];

    /// <summary>A layer, or a chain of them.</summary>
    /// <exception cref="NotSupportedException">The layer has no form here.</exception>
    public static OnnxValue Apply(this OnnxGraph graph, nn.Module layer, OnnxValue input) => layer switch
    {
        Chain chain => chain.Links.Aggregate(input, (value, link) => graph.Apply(link, value)),
        Conv2d convolution => graph.Add("Conv", graph.Inputs(convolution, input), Attributes(convolution)),
        ConvTranspose2d transposed => graph.Add("ConvTranspose", graph.Inputs(transposed, input), [.. Attributes(transposed), ("output_padding", transposed.output_padding)]),
        BatchNorm2d norm => graph.Add(
            "BatchNormalization",
            [input, graph.Constant(norm.weight!), graph.Constant(norm.bias!), graph.Constant(norm.running_mean!), graph.Constant(norm.running_var!)],
            ("epsilon", (float)norm.eps)),
        Linear linear => graph.Linear(linear, input),
        LayerNorm norm => graph.Add("LayerNormalization", [input, graph.Constant(norm.weight!), graph.Constant(norm.bias!)], ("axis", -1L), ("epsilon", (float)norm.eps)),
        GELU => graph.Gelu(input),
        Dropout => input,
        LeakyRelu relu => graph.Add("LeakyRelu", [input], ("alpha", (float)relu.Slope)),
        ReLU => graph.Add("Relu", [input]),
        Sigmoid => graph.Add("Sigmoid", [input]),
        InstanceNorm2d norm => graph.Normalise(norm, input),
        ReflectionPad pad => graph.Add("Pad", [input, graph.Constant(0, 0, pad.Size, pad.Size, 0, 0, pad.Size, pad.Size)], ("mode", "reflect")),
        Upsample { mode: UpsampleMode.Nearest } => graph.Repeat(input),
        Upsample => graph.Double(input),
        _ => throw new NotSupportedException($"{layer.GetName()} has no form in ONNX here."),
    };

    /// <summary>Over the last axis: input x weights + bias, all of it times a factor.</summary>
    public static OnnxValue Linear(this OnnxGraph graph, Linear layer, OnnxValue input, double factor = 1)
    {
        using var scope = NewDisposeScope();
        return graph.Add("Add", [graph.Add("MatMul", [input, graph.Constant(layer.weight.t() * S(factor))]), graph.Constant(layer.bias! * S(factor))]);
    }

    /// <summary>x (1 + erf(x / sqrt 2)) / 2, in the operators that engines know to be it.</summary>
    private static OnnxValue Gelu(this OnnxGraph graph, OnnxValue input)
    {
        var erf = graph.Add("Erf", [graph.Add("Div", [input, graph.Constant(MathF.Sqrt(2))])]);
        return graph.Add("Mul", [graph.Add("Mul", [input, graph.Add("Add", [erf, graph.Constant(1f)])]), graph.Constant(0.5f)]);
    }

    /// <summary>The maximum of each 2 x 2 places.</summary>
    public static OnnxValue Halve(this OnnxGraph graph, OnnxValue input) => graph.Add("MaxPool", [input], ("kernel_shape", Two), ("strides", Two));

    /// <summary>N x C x h x w to another height and width, bilinear, corners not aligned.</summary>
    public static OnnxValue Resize(this OnnxGraph graph, OnnxValue input, long height, long width)
    {
        var leading = graph.Add("Slice", [graph.Add("Shape", [input]), graph.Constant([0L]), graph.Constant([2L])]);
        var sizes = graph.Add("Concat", [leading, graph.Constant(height, width)], ("axis", 0L));
        return graph.Add("Resize", [input, OnnxValue.None, OnnxValue.None, sizes], ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"));
    }

    /// <summary>N x h x w to N x 1 x h x w.</summary>
    public static OnnxValue Unsqueeze(this OnnxGraph graph, OnnxValue input) => graph.Add("Unsqueeze", [input, graph.Constant([1L])]);

    /// <summary>Side by side along the channels.</summary>
    public static OnnxValue Join(this OnnxGraph graph, OnnxValue one, OnnxValue other) => graph.Add("Concat", [one, other], ("axis", 1L));

    /// <summary>N x C x H x W to N x H x W x C: each place a row, as memories take them.</summary>
    public static OnnxValue ToRows(this OnnxGraph graph, OnnxValue maps) => graph.Add("Transpose", [maps], ("perm", RowOrder));

    /// <summary>N x H x W x C to N x C x H x W.</summary>
    public static OnnxValue ToMaps(this OnnxGraph graph, OnnxValue rows) => graph.Add("Transpose", [rows], ("perm", MapOrder));

    /// <summary>From [0, 1] to [-1, 1].</summary>
    public static OnnxValue Centre(this OnnxGraph graph, OnnxValue frames) => graph.Add("Sub", [graph.Add("Mul", [frames, graph.Constant(2f)]), graph.Constant(1f)]);

    /// <summary>Without parameters, the one kind that networks here have.</summary>
    private static OnnxValue Normalise(this OnnxGraph graph, InstanceNorm2d norm, OnnxValue input) => graph.Add(
        "InstanceNormalization", [input, graph.Constant(ones(norm.num_features)), graph.Constant(zeros(norm.num_features))], ("epsilon", (float)norm.eps));

    /// <summary>Twice the size, each place four times.</summary>
    private static OnnxValue Repeat(this OnnxGraph graph, OnnxValue input) => graph.Add(
        "Resize", [input, OnnxValue.None, graph.Constant(tensor(Twice))], ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"));

    /// <summary>Twice the size, bilinear, corners aligned: the one other kind of <see cref="Upsample"/> that networks here have.</summary>
    private static OnnxValue Double(this OnnxGraph graph, OnnxValue input) => graph.Add(
        "Resize", [input, OnnxValue.None, graph.Constant(tensor(Twice))], ("mode", "linear"), ("coordinate_transformation_mode", "align_corners"));

    private static OnnxValue[] Inputs(this OnnxGraph graph, Convolution convolution, OnnxValue input) => convolution.bias is null
        ? [input, graph.Constant(convolution.weight)]
        : [input, graph.Constant(convolution.weight), graph.Constant(convolution.bias)];

    private static (string Name, object Value)[] Attributes(Convolution convolution) =>
    [
        ("kernel_shape", convolution.kernel_size), ("strides", convolution.stride), ("dilations", convolution.dilation), ("group", convolution.groups),
        ("pads", new[] { convolution.padding![0], convolution.padding[1], convolution.padding[0], convolution.padding[1] }),
    ];
}
