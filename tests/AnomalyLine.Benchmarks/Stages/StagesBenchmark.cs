namespace AnomalyLine.Benchmarks.Stages;
internal static class StagesBenchmark { public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions o) => []; }
