"""Benchmarks of the library against its alternatives, as ratios of times within one run."""
