"""Types of the values of a network, how many bytes each takes, and what costs are counted in."""

from __future__ import annotations

from archdsl.errors import InputError, unknown

ITEM_BYTES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
"""Bytes of a value. int8 is a network as microcontrollers run it (see `archdsl.cost.memory.arena`)."""

USUAL = "float32"
QUANTISED = "int8"

OTHER_WORDS = {
    "double": "float64",
    "fp64": "float64",
    "f64": "float64",
    "float": "float32",
    "fp32": "float32",
    "f32": "float32",
    "single": "float32",
    "bf16": "bfloat16",
    "fp16": "float16",
    "f16": "float16",
    "half": "float16",
    "i8": "int8",
    "s8": "int8",
    "u8": "int8",
    "uint8": "int8",
    "qint8": "int8",
    "quint8": "int8",
}
"""What others call them."""


def item_bytes(dtype: str) -> int:
    """Bytes of a value. Raises InputError for a dtype that is not known."""
    if dtype not in ITEM_BYTES:
        meant = OTHER_WORDS.get(str(dtype).lower())
        message, hint = unknown("dtype", dtype, ITEM_BYTES)
        raise InputError(f"{message}; {f'did you mean {meant!r}?' if meant else hint}")
    return ITEM_BYTES[dtype]


def whole_numbers(dtype: str) -> bool:
    """Whether a network of this dtype is a quantised one."""
    return item_bytes(dtype) == ITEM_BYTES[QUANTISED]
