"""Spaces of networks that ship: specs whose `space` says what is free."""
