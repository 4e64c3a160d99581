"""What a file is that was given for weights, told from how it begins: so that a mix-up is named."""

from __future__ import annotations

from pathlib import Path

BEGINNINGS = (
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself; `git lfs pull` fetches it"),
    (b"\x89HDF", "an HDF5 file, as Keras writes"),
    (b"\x1f\x8b", "compressed by gzip; unpack it first"),
    (b"\x93NUMPY", "an array of NumPy"),
    (b"GGUF", "a GGUF file, whose weights are quantised"),
    (b"\x89PNG", "a picture"),
    (b"%PDF", "a PDF"),
    (b"<", "a web page or XML"),
)

TORCH = "torch"
SAFETENSORS = "safetensors"
LONGEST_HEADER = 100_000_000
"""Bytes that safetensors allows a header, whose length comes first."""


def kind_of(path: Path) -> str:
    """`torch` for a file that may be one of torch.save, `safetensors`, or else what it is, in words.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        return "empty"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < LONGEST_HEADER:
        return SAFETENSORS
    for beginning, words in BEGINNINGS:
        if head.lstrip().startswith(beginning):
            return words
    if head.startswith(b"PK") or head[0] == 0x80:  # a zip archive; a pickle, as older versions of torch write
        return TORCH
    return _text(head) or (SAFETENSORS if path.suffix.lower() in (".safetensors", ".st") else TORCH)


def _text(head: bytes) -> str:
    """What a file of text is; "" where it is none."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return ""
        text = head[: error.start].decode("utf-8")
    if any(not c.isprintable() and c not in "\t\r\n" for c in text):
        return ""
    if "archdsl:" in text or "\nnet:" in text:
        return "a spec of archdsl"
    if text.lstrip().startswith("{"):
        return "JSON"
    return "a text"
