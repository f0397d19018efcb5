using AnomalyLine.Contracts.V1;
using Grpc.Core;

namespace AnomalyLine.Cli.Tests;

/// <summary>A report of two shifts, whatever is asked for.</summary>
internal sealed class FakeProduction : ProductionService.ProductionServiceBase
{
    /// <summary>What was asked for last.</summary>
    public GetProductionReportRequest? Asked { get; private set; }

    public override Task<GetProductionReportResponse> GetProductionReport(GetProductionReportRequest request, ServerCallContext context)
    {
        Asked = request;
        var early = new ProductionFigures { Parts = 11, Ok = 7, NotOk = 3, NotDecidable = 1, Yield = 0.7, ReviewedRejects = 2, FalseRejects = 1, ReviewedPasses = 2, Escapes = 1, RunningSeconds = 300, PartsPerMinute = 2 };
        var late = new ProductionFigures { Parts = 1, NotDecidable = 1 };
        var start = new DateTime(2026, 11, 2, 5, 0, 0, DateTimeKind.Utc);
        return Task.FromResult(new GetProductionReportResponse
        {
            Rows = { Row("=early", start, early), Row("late", start.AddHours(8), late) },
            Total = new ProductionFigures { Parts = 12, Ok = 7, NotOk = 3, NotDecidable = 2, Yield = 0.7, ReviewedRejects = 2, FalseRejects = 1, ReviewedPasses = 2, Escapes = 1, RunningSeconds = 300, PartsPerMinute = 2 },
            Mean = 0.3,
            Uncounted = 5,
        });
    }

    private static ProductionRow Row(string shift, DateTime start, ProductionFigures figures) => new()
    {
        Day = "2026-11-02",
        Shift = shift,
        StartTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(start),
        EndTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(start.AddHours(8)),
        Figures = figures,
    };
}
