"""Operators of ONNX: a table from each to what it computes, filled by the modules for each kind."""

from __future__ import annotations

from archdsl.importer import onnx_activations, onnx_arithmetic, onnx_layers, onnx_maps, onnx_views
from archdsl.importer.onnx_call import OPERATORS, Call

KINDS = (onnx_layers, onnx_activations, onnx_maps, onnx_views, onnx_arithmetic)
"""The modules whose functions are in the table."""

__all__ = ["OPERATORS", "Call"]
