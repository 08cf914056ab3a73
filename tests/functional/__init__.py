"""The whole product on real databases: no leak, confinement, equal bytes, every role at every route."""
