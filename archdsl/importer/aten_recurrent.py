"""Calls of ATen of recurrent layers."""
