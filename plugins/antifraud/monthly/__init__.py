"""Parts of the monthly table: its cells, checks, metrics and example."""
