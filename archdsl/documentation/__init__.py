"""Pages of docs/ that are written by programs."""
