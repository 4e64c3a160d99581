"""Devices by name: those that are shipped, and files of a user's own machines."""

from __future__ import annotations

from pathlib import Path

from archdsl.cost.latency.device import Device
from archdsl.cost.named_files import NamedFiles


def _read(path: Path) -> Device:
    from archdsl.cost.latency.device_file import read_device  # with NumPy, which costs without a device do not need

    return read_device(path)


_FILES = NamedFiles(
    "device",
    Path(__file__).parent / "devices",
    "devices",
    _read,
    working=("devices", "."),
    help="; `archdsl calibrate -o NAME.yaml` makes one",
)


def device_names() -> list[str]:
    """Names of the shipped devices, sorted."""
    return list(_FILES.names)


def load_device(target: str | Path, beside: Path | None = None) -> Device:
    """A device by the path of its file or by name.

    A name is that of a shipped device; or of a file in `devices` beside a spec, in the folder `devices` of the working folder, or in the
    working folder itself.

    Args:
        beside: folder of the spec.

    Raises:
        InputError: there is none; names the near miss. Or a file in a folder `devices` has the name of a shipped device.
        SpecError: mistakes in the file.
    """
    return _FILES.load(target, beside)
