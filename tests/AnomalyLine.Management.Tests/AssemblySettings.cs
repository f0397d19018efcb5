using AnomalyLine.Management.Tests.Storage;

[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(AnomalyLine.Management.Tests.Training.SmallModels))]
