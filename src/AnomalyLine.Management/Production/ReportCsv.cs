using System.Globalization;
using AnomalyLine.Inspection;
using static AnomalyLine.Inspection.CsvField;

namespace AnomalyLine.Management.Production;

/// <summary>Rows of a report as lines of CSV, by <see cref="CsvField"/>.</summary>
public static class ReportCsv
{
    /// <summary>The names of the columns, without a line end.</summary>
    public const string Header = "day,shift,start_time,end_time,station,product_id,parts,ok,not_ok,not_decidable,yield,reject_share,reviewed_rejects,false_rejects,reviewed_passes,escapes,running_seconds,parts_per_minute";

    /// <summary>One row, without a line end.</summary>
    public static string Row(ReportRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var figures = row.Figures;
        return string.Join(
            ',',
            row.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "", Text(row.Shift?.Name ?? ""), Time(row.Shift?.Start), Time(row.Shift?.End), Text(row.Station ?? ""), Text(row.ProductId ?? ""),
            Number<long>(figures.Parts), Number<long>(figures.Ok), Number<long>(figures.NotOk), Number<long>(figures.NotDecidable), Number(Rounded(figures.Yield)), Number(Rounded(figures.RejectShare)),
            Number<long>(figures.ReviewedRejects), Number<long>(figures.FalseRejects), Number<long>(figures.ReviewedPasses), Number<long>(figures.Escapes), Number(Rounded(figures.Running.TotalSeconds)),
            Number(Rounded(figures.PartsPerMinute)));
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 6) : null;
}
