"""Word lists of the Indonesian search analysis: stop words, synonyms, exceptions of the stemmer."""
