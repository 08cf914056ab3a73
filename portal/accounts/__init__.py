"""People, agencies, roles, sign-in, tokens. Office only."""
