"""What the sample tables hold: one TOML file for some subject groups, read by `portal.cli.demo.specs`."""
