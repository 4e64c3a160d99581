"""Parameters and multiply-accumulates of every layer, and what each counting tool would report."""
