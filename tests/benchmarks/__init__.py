"""Benchmarks: ratios measured in one run on this machine, never a pass or a fail by the clock."""
