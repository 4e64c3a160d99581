"""Where an exporter failed: the layer of the network, its operator, and the line of the spec, found in what the library said.

Libraries name the operation of their own program, deep in a chain of errors. The program knows the module of each of its operations,
and the module has the name of the layer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from torch import fx

from archdsl.compilers.torch.names import module_paths
from archdsl.compilers.torch.network import NODE
from archdsl.errors import BackendError
from archdsl.ir.graph import Graph, Node

if TYPE_CHECKING:
    from torch.export import ExportedProgram

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def failure(what: str, error: Exception, graph: Graph, traced: ExportedProgram | None = None) -> BackendError:
    """The error of an export: what failed, the cause in the library's words, and where in the network.

    Args:
        traced: the program that was exported, where there is one.
    """
    cause = list(_chain(error))[-1]
    node = _of_program(error, graph, traced) if traced is not None else _of_forward(error, graph)
    return BackendError(f"{what}{_place(node)}: {first_line(cause)}")


def first_line(error: BaseException) -> str:
    """The first line that a library says, without colours."""
    return next(iter(_COLOUR.sub("", str(error)).strip().splitlines()), type(error).__name__)


def _place(node: Node | None) -> str:
    if node is None:
        return ""
    return f", at the {node.op.word} '{node.name}'" + (f" ({node.mark})" if node.mark is not None else "")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those that it came from, up to the first cause."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def _of_program(error: BaseException, graph: Graph, traced: ExportedProgram) -> Node | None:
    """The node whose operation an error names: by its name in the program (`node %conv2d_1`), else by its kind (`aten.conv2d`)."""
    text = "\n".join(map(str, _chain(error)))
    operations = [operation for operation in traced.graph.nodes if operation.op == "call_function"]
    named = [o for o in operations if re.search(rf"node %?{re.escape(o.name)}\b", text)]
    alike = [o for o in operations if _kind(o) and re.search(rf"\b{re.escape(_kind(o))}\b", text)]
    nodes = {path: name for name, path in module_paths([node.name for node in graph]).items()}
    for operation in (*named, *alike):
        if (name := nodes.get(_module(operation))) is not None:
            return graph[name]
    return None


def _kind(operation: Any) -> str:
    """`aten.conv2d` of the target `aten.conv2d.default`; '' for what is no operator of torch."""
    found = re.match(r"(aten\.\w+)", str(operation.target))
    return found[1] if found else ""


def _module(operation: Any) -> str:
    """The path of the innermost module that an operation of a program came from."""
    stack = operation.meta.get("nn_module_stack") or {}
    return str(list(stack.values())[-1][0]) if stack else ""


def _of_forward(error: BaseException, graph: Graph) -> Node | None:
    """The node at which the interpreter of the network's operations was when an error came up."""
    for at in _chain(error):
        trace = at.__traceback__
        while trace is not None:
            operation = trace.tb_frame.f_locals.get("n") if trace.tb_frame.f_code.co_name == "run_node" else None
            if isinstance(operation, fx.Node) and (name := operation.meta.get(NODE)) in graph.nodes:
                return graph[name]
            trace = trace.tb_next
    return None
