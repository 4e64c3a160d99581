"""`archdsl new`."""

from __future__ import annotations

from pathlib import Path

import click

from archdsl.cli.terminal import echo
from archdsl.errors import InputError

STARTER = """\
archdsl: 1
name: {name}
import: [blocks/mobile]
input: [3, $resolution, $resolution]

knobs:
  resolution: {{default: 224, range: [32, 1024]}}
  classes:    {{default: 1000, range: [1, 100000]}}
  width:      {{default: 1, range: [0.25, 4], doc: channel multiplier}}

net:
  - table:
      columns: [op,         kernel, exp, out, se,    nl,     s]
      scale: {{exp: round8($value*$width), out: round8($value*$width)}}
      rows:
        - [conv3x3,         ~,        ~,  16, ~,     hswish, 2]
        - [bottleneck,      3,       64,  24, false, relu,   2]
        - [bottleneck,      3,       72,  24, false, relu,   1]
        - [bottleneck,      5,       96,  40, true,  hswish, 2]
        - [bottleneck,      5,      240,  40, true,  hswish, 1]
        - [conv1x1,         ~,        ~, 240, ~,     hswish, 1]
  - pool
  - classifier: $classes
"""


@click.command("new")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def command(path: Path, force: bool) -> None:
    """Write a starter spec to FILE: a small mobile network with knobs."""
    from archdsl.artifacts import write

    if not path.name:
        raise InputError(f"'{path}' names no file; write archdsl new NAME.yaml")
    path = path if path.suffix else path.with_suffix(".yaml")
    if path.exists() and not force:
        raise InputError(f"{path} exists already; --force replaces it")
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent}")
    write(path, STARTER.format(name=_quoted(path.stem)))
    echo(f"{path} is written; next: archdsl build {path}")


def _quoted(name: str) -> str:
    """A name as YAML that is read back as this text."""
    if name.replace("_", "").replace("-", "").isalnum() and name[0].isalpha() and name.lower() not in ("null", "true", "false"):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
