"""What a network costs, worked out from its graph alone: counts, memory, predicted latency, and tables of them."""
