"""Identity, permissions, decisions, errors, database, sandbox, sealing, working days."""
