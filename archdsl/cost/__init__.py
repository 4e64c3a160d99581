"""What a network costs, from its graph alone: bill, conventions, memory, the layout of a paper's table."""
