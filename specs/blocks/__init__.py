"""Blocks that specs share."""
