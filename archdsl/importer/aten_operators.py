"""Calls of ATen: a table from each to what it computes, filled by the modules for each kind."""

from __future__ import annotations

from archdsl.importer import (
    aten_activations,
    aten_arithmetic,
    aten_layers,
    aten_maps,
    aten_recurrent,
    aten_reductions,
    aten_views,
)
from archdsl.importer.aten_call import CALLS

KINDS = (aten_layers, aten_activations, aten_maps, aten_views, aten_arithmetic, aten_reductions, aten_recurrent)
"""The modules whose functions are in the table."""

__all__ = ["CALLS"]
