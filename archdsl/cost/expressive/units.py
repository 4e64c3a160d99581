"""The units in which what is no whole number is added up."""

from archdsl.exact.logarithm import UNIT

ENTROPY_UNIT = UNIT * UNIT
"""Units of the entropy in 1: of the product of two logarithms."""

RATIO_UNIT = 10**9
"""Units of the effectiveness in 1."""
