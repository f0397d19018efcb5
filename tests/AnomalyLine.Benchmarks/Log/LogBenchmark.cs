namespace AnomalyLine.Benchmarks.Log;
internal static class LogBenchmark { public static Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions o) => Task.FromResult<IReadOnlyList<BenchmarkTable>>([]); }
