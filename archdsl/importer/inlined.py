"""Programs within a program, as torch.export keeps what a model does under `no_grad` or with autocast switched off: put in their place."""

from __future__ import annotations

from typing import Any

from torch import fx

from archdsl.importer.idiom import word_of


def inline(graph: fx.Graph) -> None:
    """Put the calls of programs within a program in the place of the call that runs them, where it changes nothing that they compute."""
    for node in list(graph.nodes):
        held = _held(node)
        if held is None or not isinstance(held[0], fx.Node) or held[0].op != "get_attr" or not _taken_apart(node):
            continue
        inner = getattr(graph.owning_module, str(held[0].target)).graph
        if any(each.op in ("get_attr", "call_module") or _held(each) is not None for each in inner.nodes):
            continue
        given = [each for each in inner.nodes if each.op == "placeholder"]
        with graph.inserting_before(node):
            found: Any = graph.graph_copy(inner, dict(zip(given, held[1:], strict=True)))
        for user in list(node.users):
            user.replace_all_uses_with(found[user.args[1]])
            graph.erase_node(user)
        graph.erase_node(node)
        if not held[0].users:
            graph.erase_node(held[0])


def _held(node: fx.Node) -> tuple[Any, ...] | None:
    """The program within a program that a call runs, and what it is given; None of other calls, and where autocast is on."""
    if node.op != "call_function":
        return None
    if word_of(node) == "wrap_with_set_grad_enabled":
        return node.args[1:]
    return node.args[4:] if word_of(node) == "wrap_with_autocast" and node.args[2] is False else None


def _taken_apart(node: fx.Node) -> bool:
    """Whether what a call gives is read one by one alone."""
    return all(user.op == "call_function" and word_of(user) == "getitem" for user in node.users)
