"""Private cluster, jobs, mail, health."""
