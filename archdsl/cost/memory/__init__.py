"""Memory: weights, activations in a forward pass and in training, bytes that move, receptive fields."""
