"""What plugins and higher rooms may rely on: manifest, protocols, events, loader."""
