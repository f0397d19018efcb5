// torch's global generator and its count of live tensors belong to the process, and each call uses all cores: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(AnomalyLine.Vision.Tests.Methods.TrainedMethods))]
