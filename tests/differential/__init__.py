"""The same calls to a real CKAN and to us, compared: status, envelope, shape and values. Run by `make test-ckan`."""
