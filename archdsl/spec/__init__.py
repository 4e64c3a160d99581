"""Text to a checked spec: YAML with marks, expressions, steps, imports, static checks, values for knobs."""
