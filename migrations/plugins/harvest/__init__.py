"""Tables of the harvest plugin, all in the office database."""
