"""What is asked of variants: budgets that they keep to, conditions that they meet, objectives that they are compared by."""
