"""Predicted latency: kinds of layers, their work, and devices that say how long each kind takes."""
