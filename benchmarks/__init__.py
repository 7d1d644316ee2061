"""Quality and speed, measured: `python -m benchmarks` writes `benchmarks/RESULTS.md`."""
