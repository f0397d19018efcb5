[assembly: AssemblyFixture(typeof(AnomalyLine.Vision.Tests.Methods.TrainedMethods))]
