"""The chained record."""
