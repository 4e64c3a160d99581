"""Narrower networks: one factor for all channels, one for each stage, or factors and channels by the norms of weights."""
