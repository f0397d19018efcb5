using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnomalyLine.Learning.Methods;

/// <summary>Width and height that frames are brought to. Written as 256 where both are the same, else as 320x192.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
[JsonConverter(typeof(Converter))]
[StructLayout(LayoutKind.Auto)]
internal readonly record struct InputSize(int Width, int Height)
{
    /// <summary>What a number of pixels more or less counts against wrong proportions, each as a logarithm.</summary>
    private const double AreaWeight = 0.25;

    /// <summary>The smaller of the two.</summary>
    public int Shorter => Math.Min(Width, Height);

    /// <summary>The larger of the two.</summary>
    public int Longer => Math.Max(Width, Height);

    /// <summary>Side of the square of as many pixels.</summary>
    public double Side => Math.Sqrt((double)Width * Height);

    /// <summary>A square.</summary>
    public static implicit operator InputSize(int side) => new(side, side);

    /// <summary>Whether both are multiples of a number.</summary>
    public bool IsMultipleOf(int step) => Width % step == 0 && Height % step == 0;

    /// <summary>About as many pixels in other proportions.</summary>
    /// <param name="proportions">Width by height, above 0.</param>
    /// <param name="step">What both must be a multiple of, at least 1.</param>
    /// <returns>The size whose proportions are nearest, unless another is nearly as near and has a number of pixels that is nearer.</returns>
    public InputSize WithProportions(double proportions, int step)
    {
        var area = (double)Width * Height;
        var best = (Size: this, Cost: double.PositiveInfinity);
        for (var height = step; height * proportions * height <= 4 * area && height <= 4 * area / step; height += step)
        {
            foreach (var width in new[] { Math.Floor(height * proportions / step) * step, Math.Ceiling(height * proportions / step) * step }.Where(w => w > 0))
            {
                var cost = Math.Abs(Math.Log(width / height / proportions)) + (AreaWeight * Math.Abs(Math.Log(width * height / area)));
                if (cost < best.Cost) best = (new InputSize((int)width, height), cost);
            }
        }

        return best.Size;
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out InputSize size)
    {
        var sides = (text ?? "").Split('x', 'X');
        var isNumber = int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width);
        var height = width;
        if (sides.Length > 1) isNumber &= sides.Length == 2 && int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out height);
        size = new InputSize(width, height);
        return isNumber;
    }

    /// <inheritdoc/>
    public override string ToString() => Width == Height ? $"{Width}" : $"{Width}x{Height}";

    private sealed class Converter : JsonConverter<InputSize>
    {
        public override InputSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number) return reader.GetInt32();
            return reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var size)
                ? size
                : throw new JsonException("A size is a number of pixels, or text such as \"320x192\".");
        }

        public override void Write(Utf8JsonWriter writer, InputSize value, JsonSerializerOptions options)
        {
            if (value.Width == value.Height) writer.WriteNumberValue(value.Width);
            else writer.WriteStringValue(value.ToString());
        }
    }
}
