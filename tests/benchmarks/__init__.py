"""Measurements against libguestfs in the same run: python -m tests.benchmarks. Not tests: machines are noisy."""
