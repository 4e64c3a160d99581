"""Recipes that ship: how networks are trained."""
