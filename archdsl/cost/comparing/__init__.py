"""Two or more networks side by side: totals by name, aligned layers, what changed, and gates on it."""
