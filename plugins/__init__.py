"""Plugins: each folder is one, wired by its manifest in `plugin.py` and nothing else."""
