"""Pickles of arrays, lists, texts and numbers, read without running anything that they ask for.

A pickle names functions and calls them. Only what an array of bytes is written with is answered, and by stand-ins of this module, not
by numpy's own: an array is made from the bytes that the pickle brings, so that no call takes more memory than the file has.
"""

from __future__ import annotations

import io
import math
import pickle
from typing import Any

from archdsl.errors import InputError, clip

_BYTE = (b"u1", "u1", b"|u1", "|u1")


class _Refused(pickle.UnpicklingError):
    """Something that is not read."""


class _Kind:
    """Stands for numpy.dtype: bytes, and nothing else."""

    def __init__(self, text: object, *flags: object) -> None:
        if text not in _BYTE:
            raise _Refused(f"holds an array of {clip(repr(text))}, where bytes (u1) are expected")

    def __setstate__(self, state: object) -> None:
        """Byte order and alignment, which bytes don't have."""


class _Array:
    """Stands for an array, which numpy's pickles make empty and fill afterwards."""

    def __init__(self, *empty: object) -> None:
        self.values: Any = None

    def __setstate__(self, state: tuple[object, ...]) -> None:
        import numpy as np

        *_, shape, kind, by_column, data = state
        if not (isinstance(shape, tuple) and isinstance(kind, _Kind) and isinstance(data, bytes)):
            raise _Refused("holds an array that is not described as numpy does")
        if not all(type(size) is int and size >= 0 for size in shape) or math.prod(shape) != len(data):
            raise _Refused(f"holds an array of shape {clip(repr(shape))} with {len(data):,} bytes")
        self.values = np.frombuffer(data, np.uint8).reshape(shape, order="F" if by_column else "C")


class _Bytes(bytes):
    """Stands for _codecs.encode, by which Python 3 writes bytes in the pickles of Python 2."""

    def __new__(cls, text: str, codec: str) -> _Bytes:
        if codec != "latin1":
            raise _Refused(f"holds bytes in the code {clip(repr(codec))}, where latin1 is expected")
        return super().__new__(cls, text.encode(codec))

    def __setstate__(self, state: object) -> None:
        """Bytes have none."""


# Classes with a __setstate__ of their own: a pickle that sets attributes of one itself, rather than of what it made, ends there.
_STAND_INS: dict[tuple[str, str], type] = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Kind,
    ("_codecs", "encode"): _Bytes,
}


class _Restricted(pickle._Unpickler):
    """The interpreter that is written in Python: the one in C reserves as much memory as a pickle says that it needs."""

    def find_class(self, module: str, name: str) -> Any:
        found = _STAND_INS.get((module, name))
        if found is None:
            raise _Refused(
                f"asks for {clip(f'{module}.{name}')}; arrays of bytes, lists, texts and numbers are read, and nothing is run"
            )
        return found


def fields(data: bytes, where: str) -> dict[str, Any]:
    """A pickled dictionary, with its keys as texts and its arrays as numpy's. Texts of Python 2 stay bytes.

    Args:
        data: the pickle, of any protocol.
        where: its file, for messages.

    Raises:
        InputError: it is no such pickle, is damaged, or asks for anything but arrays and plain values; names the file.
    """
    try:
        found = _Restricted(io.BytesIO(data), encoding="bytes").load()
    except _Refused as error:
        raise InputError(f"{where} {error}") from None
    except Exception as error:  # the interpreter of pickles fails on damage wherever that leads it
        raise InputError(
            f"{where} is no pickle, or is cut short or damaged: {clip(str(error) or type(error).__name__)}"
        ) from None
    if not isinstance(found, dict):
        raise InputError(f"{where} holds a {type(found).__name__} where a dictionary is expected")
    return {_text(key): value.values if isinstance(value, _Array) else value for key, value in found.items()}


def _text(key: object) -> str:
    return key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key)
