"""A spec to begin with."""

from __future__ import annotations

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


def starter(name: str) -> str:
    """The text of a small mobile network with knobs, called so."""
    return STARTER.format(name=_quoted(name))


def _quoted(name: str) -> str:
    """A name as YAML that is read back as this text."""
    if name.replace("_", "").replace("-", "").isalnum() and name[0].isalpha() and name.lower() not in ("null", "true", "false"):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
