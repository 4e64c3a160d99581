"""Calls that write into a tensor, taken out of a program where another name of that tensor is read later.

`y[:, :2].add_(1)` changes what `y` is from there on, though no call that follows reads what `add_` gave. torch.export says so with
calls that give new tensors (`slice_scatter`), which is what a network can be told in.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, fx
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

from archdsl.compilers.failures import first_line
from archdsl.compilers.programs import quiet
from archdsl.errors import BackendError
from archdsl.importer.idiom import word_of

SKIPS = ("dropout", "alpha_dropout", "feature_dropout")
"""Calls that give what they take, and of which torch.export leaves no trace where it makes new tensors."""


def _kept(name: str) -> Callable[..., Tensor]:
    """A call like one of SKIPS that torch.export leaves as it is."""

    @torch.library.custom_op(f"archdsl::{name}", mutates_args=())
    def skip(x: Tensor, rate: float, training: bool) -> Tensor:
        return x.clone()

    skip.register_fake(lambda x, rate, training: torch.empty_like(x))
    return getattr(torch.ops.archdsl, name).default  # type: ignore[no-any-return]


Names = dict[fx.Node, set[fx.Node]]
KEPT = {name: _kept(name) for name in SKIPS}
DROP_PATH = _kept("drop_path")
"""Stands for stochastic depth in a program."""


def overwrites(node: fx.Node) -> bool:
    """Whether a call writes into what it is given, or a program that it runs does."""
    inner = inner_program(node)
    if inner is not None:
        return any(overwrites(each) for each in inner.nodes)
    schema = getattr(node.target, "_schema", None)
    return schema is not None and schema.is_mutable


def inner_program(node: fx.Node) -> fx.Graph | None:
    """The program within a program that a call runs; None of other calls."""
    for given in node.all_input_nodes if node.op == "call_function" else []:
        held = getattr(node.graph.owning_module, str(given.target), None) if given.op == "get_attr" else None
        if isinstance(held, fx.GraphModule):
            return held.graph
    return None


def without_writes(program: ExportedProgram) -> ExportedProgram:
    """The program itself, where what is written into is read by nobody else; otherwise one that makes new tensors.

    Raises:
        BackendError: torch.export cannot say it so.
    """
    names = _names(program.graph)
    if not _are_read_besides(program, names):
        return program
    for node in list(program.graph.nodes):
        if word_of(node) == "einsum" and len(node.all_input_nodes) == 1 and any(map(overwrites, names[node])):
            raise BackendError(f"'{node.name}' may be a view of what it takes, and one of both is written into")
        if node.op == "call_function" and word_of(node) in KEPT:
            if _is_read(names, node, node):  # they are one tensor, and a call that is kept makes another
                node.replace_all_uses_with(node.args[0])
            else:
                node.target = KEPT[word_of(node)]
    program.graph_module.recompile()
    try:
        with quiet():
            made: ExportedProgram = program.run_decompositions({})
            return made
    except Exception as error:  # of many kinds, none of them documented
        raise BackendError(f"torch.export cannot take writes into tensors out of the program: {first_line(error)}") from error


def _are_read_besides(program: ExportedProgram, names: Names) -> bool:
    """Whether a tensor is written into and read under a name that it had before.

    Who reads it first reads what was there; but what follows from weights alone is worked out at once and is kept by whoever read it.
    """
    fed = _fed(program)
    return any(_is_read(names, node, node if node in fed else None) for node in program.graph.nodes if overwrites(node))


def _is_read(names: Names, node: fx.Node, since: fx.Node | None) -> bool:
    """Whether anybody reads a tensor that a call takes on, other than this call, under a name that it had before it."""
    older = [name for name in names[node] if name < node]
    return any(reader is not node and (since is None or since < reader) for name in older for reader in name.users)


def _names(graph: fx.Graph) -> Names:
    """For each call all those that give the same memory."""
    names: Names = {}
    for node in graph.nodes:
        together = {node}.union(*[names[given] for given in _taken_on(node)])
        for name in together:
            names[name] = together
    return names


def _taken_on(node: fx.Node) -> list[fx.Node]:
    """What a call is given that shares its memory with what the call gives."""
    if node.op != "call_function":
        return []
    if word_of(node) in ("getitem", "einsum", *SKIPS) or inner_program(node) is not None:
        return node.all_input_nodes
    schema = getattr(node.target, "_schema", None)
    return [
        given
        for argument, value in zip(schema.arguments if schema else (), node.args, strict=False)
        if argument.alias_info is not None
        for given in (value if isinstance(value, (list, tuple)) else [value])
        if isinstance(given, fx.Node)
    ]


def _fed(program: ExportedProgram) -> set[fx.Node]:
    """What hangs on an input."""
    specs = iter(program.graph_signature.input_specs)
    found: set[fx.Node] = set()
    for node in program.graph.nodes:
        if (node.op == "placeholder" and next(specs).kind is InputKind.USER_INPUT) or not found.isdisjoint(node.all_input_nodes):
            found.add(node)
    return found
