"""Models that others wrote become specs."""
