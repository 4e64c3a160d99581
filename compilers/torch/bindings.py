"""Containers as local variables of the forward pass: the modules between the network and its layers.

fx writes the whole path of a layer at every call (`self.dp_a_3.k5.project.conv(x)`). Each dot is a call of
`nn.Module.__getattr__`, which costs a small network a tenth of its time. Here the modules of a container are looked up once:

    dp_a_3 = self.dp_a_3._modules
    dp_a_3_expand = dp_a_3["expand"]._modules
    dp_a_3_expand_conv = dp_a_3_expand["conv"](x)
"""

from __future__ import annotations

import re
from functools import partial

from torch import fx

_CALL = re.compile(r"""(?P<left>\w+(?:[ ]:[ ][^=]+)?[ ]=[ ])(?P<path>(?:getattr\()*self(?:\.\w+|,[ ]"[^"]*"\))+)\(""", re.VERBOSE)
_LAST = re.compile(r"""\.(?P<dotted>\w+)$|,[ ]"(?P<quoted>[^"]*)"\)$""", re.VERBOSE)
_ASSIGNED = re.compile(r"(\w+)(?: : [^=]+)? = ")


def bind_containers(graph: fx.Graph) -> None:
    """Have the code that fx generates from this graph look up every container once. Copies of the graph inherit it."""
    arguments = frozenset([node.name for node in graph.nodes if node.op == "placeholder"])
    graph.on_generate_code(lambda earlier: partial(_bind, arguments))  # in place of an earlier one, which can only be the same


def _bind(arguments: frozenset[str], body: list[str]) -> list[str]:
    """Lines of a forward pass, with the containers bound where they are first needed."""
    bound: dict[str, str] = {"self": "self"}
    taken = {"self", *arguments, *(name for line in body for name in _ASSIGNED.findall(line))}
    written: list[str] = []
    for line in body:
        call = _CALL.match(line)
        if call is not None:
            path = call["path"]
            parent, leaf = _split(path)
            written += _lookups(parent, bound, taken)
            line = call["left"] + _child(bound[parent], leaf) + line[call.end("path") :]
        written.append(line)
    return written


def _lookups(path: str, bound: dict[str, str], taken: set[str]) -> list[str]:
    """The lines that bind a container, after those that bind the containers around it."""
    if path in bound:
        return []
    parent, name = _split(path)
    lines = _lookups(parent, bound, taken)
    around = "" if parent == "self" else f"{bound[parent]}_"
    local = around + name if (around + name).isidentifier() else f"{around}_{name}"
    while local in taken:
        local += "_"
    taken.add(local)
    bound[path] = local
    return [*lines, f"{local} = {_child(bound[parent], name)}._modules\n"]


def _split(path: str) -> tuple[str, str]:
    """The expression of a module taken apart: its parent's expression, and its own name."""
    last = _LAST.search(path)
    assert last is not None
    parent = path[: last.start()]
    if last["dotted"] is not None:
        return parent, last["dotted"]
    return parent.removeprefix("getattr("), last["quoted"]


def _child(parent: str, name: str) -> str:
    """The expression of a module: an attribute of the network, an item of the modules of a container."""
    if parent != "self":
        return f'{parent}["{name}"]'
    return f"self.{name}" if name.isidentifier() else f'getattr(self, "{name}")'
