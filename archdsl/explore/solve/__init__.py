"""The best variants inside a budget, and the proof that no other is better."""
