namespace AnomalyLine.Server.OpcUaGateway;

/// <summary>The OPC UA gateway at one moment.</summary>
/// <param name="Status">What its process does.</param>
/// <param name="Endpoint">Address for OPC UA clients, such as "opc.tcp://127.0.0.1:4840/anomalyline".</param>
/// <param name="Restarts">Times that it was started again since the server started.</param>
/// <param name="Failures">Times that it ended by itself, or was ended because it hung, since the server started.</param>
/// <param name="Message">What is wrong and what to do; empty while nothing is.</param>
public sealed record GatewayState(GatewayStatus Status, string Endpoint, int Restarts, int Failures, string Message);
