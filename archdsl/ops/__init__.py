"""Primitive operators: everything a network is made of. Each is one class with its fields, shape rule, weights and counts.

A new operator is a class in one of the modules here; it registers itself. Back ends hold a table from class to rule.
"""

import importlib
import pkgutil

from archdsl.ops.errors import ShapeError
from archdsl.ops.operator import OPERATORS, Dim, Operator, Shape

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["OPERATORS", "Dim", "Operator", "Shape", "ShapeError"]
