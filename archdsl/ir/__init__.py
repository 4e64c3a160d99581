"""The graph of a network, and the elaboration of a spec into it."""
