using AnomalyLine.EndToEnd.Tests.Harness;

[assembly: AssemblyFixture(typeof(TrainedModel))]
[assembly: AssemblyFixture(typeof(SharedLine))]
