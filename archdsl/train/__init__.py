"""From networks to the paper's results: its tables, and what comes out when they are computed again."""
