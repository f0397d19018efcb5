using AnomalyLine.Management.Production;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>What the plant made.</summary>
internal sealed class ProductionService(ProductionReports reports, TimeProvider time) : Wire.ProductionService.ProductionServiceBase
{
    public override async Task<Wire.GetProductionReportResponse> GetProductionReport(Wire.GetProductionReportRequest request, ServerCallContext context) =>
        (await reports.MakeAsync(request.ToQuery(reports.Calendar, time.GetUtcNow()), context.CancellationToken)).OrThrow().ToWire();
}
