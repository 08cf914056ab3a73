"""Takes in datasets of other catalogues: sources, jobs, and the pages of them."""
