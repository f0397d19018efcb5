namespace AnomalyLine.Benchmarks.Methods;
internal static class MethodsBenchmark { public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions o) => []; }
