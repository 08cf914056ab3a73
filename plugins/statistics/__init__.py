"""The statistics plugin; see README.md."""
