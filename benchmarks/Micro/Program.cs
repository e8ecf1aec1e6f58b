BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(MailBackup.Benchmarks.ContentBenchmarks).Assembly).Run(args);
