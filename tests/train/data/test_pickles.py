"""Pickles that come with data: what they hold is read, what they ask for is not done."""

from __future__ import annotations

import functools
import os
import pickle
import subprocess
from pathlib import Path

import numpy as np
import pytest
from archives import python2

from archdsl.errors import InputError
from archdsl.train.data.pickles import fields

ARRAY = np.arange(12, dtype=np.uint8).reshape(3, 4)


class Calls:
    """Pickles itself as a call."""

    def __init__(self, function, *arguments):
        self.called = function, arguments

    def __reduce__(self):
        return self.called


def test_what_python_2_wrote_is_read() -> None:
    found = fields(python2({"data": ARRAY, "labels": [3, 0], "names": ["cat", "dog"], "note": "batch 1 of 5"}), "one")
    assert found.pop("data").tolist() == ARRAY.tolist()
    assert found == {"labels": [3, 0], "names": [b"cat", b"dog"], "note": b"batch 1 of 5"}


@pytest.mark.parametrize("protocol", range(5))
def test_what_numpy_of_today_writes_is_read(protocol: int) -> None:
    found = fields(pickle.dumps({b"data": ARRAY, "text": "é", "bytes": b"\xff\x00"}, protocol), "one")
    assert found.pop("data").tolist() == ARRAY.tolist()
    assert found == {"text": "é", "bytes": b"\xff\x00"}


def test_an_array_by_columns_keeps_its_order() -> None:
    assert fields(pickle.dumps({"data": np.asfortranarray(ARRAY)}, 2), "one")["data"].tolist() == ARRAY.tolist()


@pytest.mark.parametrize(
    ("function", "arguments", "asked"),
    [
        (os.system, ("touch {}",), "posix.system"),
        (subprocess.Popen, (["touch", "{}"],), r"(subprocess|commands)\.Popen"),
        (eval, ("open('{}', 'w')",), r"(builtins|__builtin__)\.eval"),
        (open, ("{}", "w"), r"(_?io|builtins|__builtin__)\.open"),
        (functools.partial, (os.system, "touch {}"), "functools.partial"),
        (np.load, ("{}",), "numpy.load"),
        (getattr, (ARRAY, "tofile"), r"(builtins|__builtin__)\.getattr"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_nothing_is_run(tmp_path: Path, function, arguments, asked: str, protocol: int) -> None:
    trace = tmp_path / "trace"
    filled = [
        [part.format(trace) for part in one] if isinstance(one, list) else one.format(trace) if isinstance(one, str) else one
        for one in arguments
    ]
    data = pickle.dumps({b"data": Calls(function, *filled)}, protocol)
    with pytest.raises(InputError, match=rf"^data_batch_1 asks for {asked}; arrays of bytes, lists, texts and numbers are read"):
        fields(data, "data_batch_1")
    assert not trace.exists()
    if function in (os.system, subprocess.Popen, eval, open):  # it would have left its trace
        opened = pickle.loads(data)[b"data"]
        opened.wait() if isinstance(opened, subprocess.Popen) else opened
        assert trace.exists()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (python2({"data": ARRAY})[:-20], "cut short or damaged"),
        (b"", "cut short or damaged"),
        (b"\x1f\x8b not a pickle", "cut short or damaged"),
        (b"<html>not found</html>", "cut short or damaged"),
        (python2([1]), "holds a list where a dictionary is expected"),
        (python2({"data": ARRAY.astype(np.int64)}), "an array of b'i8', where bytes"),
        (pickle.dumps({"data": np.array([{}])}, 2), "an array of .*O8.*, where bytes"),
        (python2({"data": ARRAY}).replace(b"J\x03\x00\x00\x00", b"J\xff\xff\xff\x7f"), r"shape \(2147483647, 4\) with 12 bytes"),
        (b"\x80\x02c_codecs\nencode\nU\x01aU\x03zip\x86R.", "in the code b'zip'"),
        (b"\x80\x02\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.", "cut short or damaged"),
        (b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\x00\x00.", "cut short or damaged"),
        (b"\x80\x02}r\xff\xff\xff\x7f.", "^$"),
    ],
    ids=["cut", "empty", "gzip", "page", "list", "int64", "objects", "large", "zip", "long", "longer", "memo"],
)
def test_damage_is_said(data: bytes, why: str) -> None:
    if why == "^$":  # a place in the memo far beyond those used is no damage, and takes no memory
        assert fields(data, "meta") == {}
        return
    with pytest.raises(InputError, match=why) as caught:
        fields(data, "meta")
    assert str(caught.value).startswith("meta ")


@pytest.mark.parametrize("stand_in", [b"numpy\nndarray\n", b"numpy\ndtype\n", b"_codecs\nencode\n"])
def test_stand_ins_cannot_be_changed(stand_in: bytes) -> None:
    """A pickle may set attributes of what it was given; the next one is read as before."""
    for state in (
        b"}X\x04\x00\x00\x00nameK\x01s",
        b"N}X\x04\x00\x00\x00nameK\x01s\x86",
        b"N}X\x0c\x00\x00\x00__setstate__K\x01s\x86",
        b"K\x01",
    ):
        with pytest.raises(InputError, match="meta is no pickle, or is cut short or damaged"):
            fields(b"\x80\x02}U\x01ac" + stand_in + state + b"bs.", "meta")
    again = fields(pickle.dumps({"data": ARRAY, "bytes": b"\xff"}, 2), "meta")
    assert again["data"].tolist() == ARRAY.tolist()
    assert again["bytes"] == b"\xff"
