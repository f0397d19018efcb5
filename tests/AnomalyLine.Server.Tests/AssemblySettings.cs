using AnomalyLine.Management.Tests.Storage;

[assembly: AssemblyFixture(typeof(PostgresServer))]
