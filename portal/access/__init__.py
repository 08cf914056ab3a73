"""Work passes and grants; the only importer of the vault."""
