"""Benchmarks: every figure the README states. `make bench`, or `python -m bench [name ...]`.

A figure is a ratio to a peer measured in the same run, the two interleaved, medians of many rounds: absolute times of a noisy
machine mean nothing.
"""
