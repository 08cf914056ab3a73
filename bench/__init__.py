"""Benchmarks: each measures us and a peer on the same work in one run and prints ratios."""
