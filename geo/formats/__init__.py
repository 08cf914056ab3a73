"""Readers of layer files: one room per format, one shape of batch."""
