"""Passes for inference: rewrites of the graph and its weights that keep what the network computes and make it quicker.

They need no torch. Each stands in a file of its own, says whether it changed anything and what, and is here because
benchmarks/passes.py shows what it gains. Where more than one form is worth having, a pass names a site with its options; the first is
taken unless the caller chooses, for example by measuring.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from archdsl.compilers.passes.change_basis import change_basis
from archdsl.compilers.passes.cut_maps import cut_maps
from archdsl.compilers.passes.draft import NOTHING_CHOSEN, Change, Choices, Draft, Site
from archdsl.compilers.passes.drop_identities import drop_identities
from archdsl.compilers.passes.fold_norms import fold_norms
from archdsl.compilers.passes.fold_projections import fold_projections
from archdsl.compilers.passes.merge_branches import merge_branches
from archdsl.compilers.passes.merge_paths import merge_paths
from archdsl.compilers.passes.order_channels import order_channels
from archdsl.compilers.passes.pass_through import pass_through
from archdsl.compilers.passes.standardise import standardise
from archdsl.compilers.passes.sum_joins import sum_joins
from archdsl.compilers.passes.weights import Array, load
from archdsl.compilers.passes.widen_parts import widen_parts
from archdsl.ir.graph import Graph
from archdsl.ir.single import need_numbers
from archdsl.ir.verify import verify

Pass = Callable[[Draft], bool]
"""Rewrites a draft; gives whether it changed anything."""

PASSES: tuple[Pass, ...] = (
    drop_identities,
    standardise,
    fold_norms,
    order_channels,
    merge_branches,
    merge_paths,
    pass_through,
    change_basis,
    fold_projections,
    cut_maps,
    fold_projections,
    widen_parts,
    sum_joins,
)
"""In this order: what is dropped and folded first leaves convolutions that lie side by side for those that merge."""

_FIRST_CHOICE = PASSES.index(merge_branches)
ACROSS = PASSES[:_FIRST_CHOICE]
"""Passes that reach across blocks and leave nothing to choose."""
WITHIN = PASSES[_FIRST_CHOICE:]
"""Passes that can leave blocks in several forms."""


@dataclass(frozen=True, eq=False)
class Optimized:
    """A network rewritten for inference.

    Attributes:
        weights: by `<node>.<tensor>`, of the type of those that were given; none where none were given.
        changes: what each pass did.
        sites: where another form was possible.
    """

    graph: Graph
    weights: dict[str, Array] | None
    changes: tuple[Change, ...]
    sites: tuple[Site, ...]


def optimize(
    graph: Graph,
    weights: Mapping[str, Array] | None = None,
    chosen: Choices | None = None,
    passes: Collection[Pass] = PASSES,
) -> Optimized:
    """The network rewritten.

    Args:
        graph: of one network, not of a grid.
        weights: arrays by `<node>.<tensor>`: weight, bias, running_mean, running_var and so on. Without them only the graph is made.
        chosen: options by their site; where none is chosen, the first is taken.

    Raises:
        BackendError: a weight is missing.
        InputError: the graph is a grid of networks.
    """
    need_numbers(graph, "the optimizer rewrites")
    shares = any(node.shared for node in graph)
    nodes = {node.name: replace(node, shared="") for node in graph} if shares else dict(graph.nodes)
    draft = Draft(
        graph.name,
        nodes,
        graph.outputs,
        graph.init,
        load(graph, weights),
        weights is not None,
        shares,
        NOTHING_CHOSEN if chosen is None else chosen,
        returns=graph.returns,
    )
    for run in passes:
        if run(draft):
            verify(draft.graph(), run.__name__)
    kind = np.result_type(*weights.values()) if weights else np.float32
    rewritten = draft.graph()
    made: dict[str, Array] | None = None
    if weights is not None:
        owned = [key for key in draft.weights if not rewritten[key.rpartition(".")[0]].shared]
        made = {key: np.asarray(draft.weights[key](), kind) for key in owned}
    return Optimized(rewritten, made, tuple(draft.changes), tuple(draft.sites))
