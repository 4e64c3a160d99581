"""The scopes of a graph as a tree: which of them become blocks, and which dissolve into what is around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from archdsl.importer.write.idioms import idiom, is_activated_norm, mark_idioms
from archdsl.importer.write.known import known
from archdsl.importer.write.narrows import mark_units
from archdsl.importer.write.region import Region
from archdsl.ir.graph import Graph, Node
from archdsl.ops.join import Concat
from archdsl.ops.passing import Input

CONTAINERS = frozenset(["sequential", "module_list", "module_dict"])
"""Classes of modules that say nothing of what is in them."""

FEW = 6
"""Steps up to which a scope that occurs once is written where it stands."""


def regions(graph: Graph, scopes: bool = True) -> Region:
    """The tree of a graph, without its inputs.

    Args:
        scopes: whether scopes become blocks at all.
    """
    root = _tree(graph, scopes)
    readers = graph.readers()
    _connect(graph, root, readers)
    if _hoist(root):
        _connect(graph, root, readers)
    _dissolve(root, _reach_outside(graph, root))
    if scopes:
        while _dissolve(root, _plain_scopes(root)):
            pass
        mark_units(root, graph, readers)
        _mark_known(root, graph)
        _connect(graph, root, readers)
        while _dissolve(root, _plain_scopes(root)):
            pass
        _connect(graph, root, readers)
        if _dissolve(root, _reach_outside(graph, root)):
            _connect(graph, root, readers)
        mark_idioms(root, graph, readers)
        _connect(graph, root, readers)
    return root


def _mark_known(root: Region, graph: Graph) -> None:
    """Make regions of what shared blocks stand for, wherever one scope holds all of it."""
    around: dict[str, list[Region]] = {}
    for region in root.regions():  # the inner ones first
        for node in region.nodes():
            around.setdefault(node.name, []).append(region)
    for word, args, nodes in known(graph):
        names = {node.name for node in nodes}
        region = next(region for region in around[nodes[0].name] if all(region in around[name] for name in names))
        inside = [_share(item, names) for item in region.items]
        if any(share not in (0, 1) for share in inside):
            continue
        last = max(place for place, share in enumerate(inside) if share)
        made = Region(word, list(nodes), is_idiom=True, known=args)
        items = [made if place == last else item for place, item in enumerate(region.items) if not inside[place] or place == last]
        region.items = items


def _share(item: Node | Region, names: set[str]) -> float:
    """How much of an item is among some nodes: 0 where nothing is, 1 where all is."""
    nodes = list(item.nodes()) if isinstance(item, Region) else [item]
    return sum(node.name in names for node in nodes) / len(nodes)


def _hoist(root: Region) -> bool:
    """Put concatenations of all that arrives at a region before it, so that one tensor arrives. Gives whether there were any."""
    changed = False
    for region in root.regions():
        items: list[Node | Region] = []
        for item in region.items:
            if isinstance(item, Region) and (first := _gathers(item)):
                item.items = item.items[1:]
                items.append(first)
                changed = True
            items.append(item)
        region.items = items
    return changed


def _gathers(region: Region) -> Node | None:
    """The concatenation that a region begins with, of all that arrives and of nothing else."""
    first = region.items[0]
    if isinstance(first, Region) or not isinstance(first.op, Concat) or first.inputs != region.inputs or len(region.items) < 2:
        return None
    later = [name for node in region.nodes() if node is not first for name in node.inputs]
    return first if set(later).isdisjoint(region.inputs) else None


Test = Callable[[Region], bool]


def _plain_scopes(root: Region) -> Test:
    """Whether a region says nothing that what is in it does not."""
    words = Counter(region.word for region in root.regions())
    told = _containers(root) | _parts(root)
    held = {id(region) for region in root.regions() for item in region.items if isinstance(item, Region) and item.word in told}
    return lambda region: region.word in told or (id(region) not in held and _says_little(region, words))


def _tree(graph: Graph, scopes: bool) -> Region:
    """Runs of operators that share a scope. A scope that is entered again is a region again."""
    root = Region("")
    levels: list[tuple[tuple[str, str], Region]] = []
    for node in graph:
        if isinstance(node.op, Input):
            continue
        path = [(frame.path, frame.block) for frame in node.scope if frame.kind == "block"] if scopes else []
        kept = 0
        while kept < min(len(levels), len(path)) and levels[kept][0] == path[kept]:
            kept += 1
        del levels[kept:]
        for key in path[kept:]:
            region = Region(_identifier(key[1]))
            (levels[-1][1] if levels else root).items.append(region)
            levels.append((key, region))
        (levels[-1][1] if levels else root).items.append(node)
    return root


def _identifier(word: str) -> str:
    text = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in word).strip("_") or "block"
    return f"block_{text}" if text[0].isdigit() else text


def _connect(graph: Graph, root: Region, readers: dict[str, list[str]]) -> None:
    ends = graph.ends
    for region in root.regions():
        nodes = list(region.nodes())
        inside = {node.name for node in nodes}
        region.inputs = tuple(dict.fromkeys(name for node in nodes for name in node.inputs if name not in inside))
        region.outputs = tuple(
            node.name for node in nodes if node.name in ends or any(reader not in inside for reader in readers[node.name])
        )
    root.outputs = tuple(graph.outputs.values())


def _reach_outside(graph: Graph, root: Region) -> Test:
    """Whether a region cannot be a block: weights are shared beyond it, or nothing comes in or goes out."""
    sets: dict[str, set[str]] = {}
    for node in graph:
        if node.shared:
            sets.setdefault(node.shared, {node.shared}).add(node.name)
    owner = {name: key for key, names in sets.items() for name in names}

    def reaches(region: Region) -> bool:
        if not region.inputs or not region.outputs:
            return True
        inside = {node.name for node in region.nodes()}
        return any(not sets[owner[name]] <= inside for name in inside if name in owner)

    return reaches


def _dissolve(root: Region, drop: Test) -> bool:
    """Put the items of regions in their place. Gives whether there were any."""
    changed = False
    for region in list(root.regions()):
        items: list[Node | Region] = []
        for item in region.items:
            if isinstance(item, Region) and item.known is None and drop(item):
                items += item.items
                changed = True
            else:
                items.append(item)
        region.items = items
    return changed


def _containers(root: Region) -> set[str]:
    """Words of what only holds runs of others, of different lengths: stages, whose places say more than their names."""
    found: dict[str, list[Region]] = {}
    for region in root.regions():
        found.setdefault(region.word, []).append(region)
    uneven = {word: those for word, those in found.items() if len({len(region.items) for region in those}) > 1}
    outer = {item.word for item in root.items if isinstance(item, Region)}
    return {word for word, those in uneven.items() if all(map(_is_run, those)) or (word in outer and _are_stages(those))}


def _are_stages(those: list[Region]) -> bool:
    """Whether they are few, and hold blocks in a row, of which some come several times."""
    if len(those) > STAGES or any(isinstance(item, Node) and item.op.joins for region in those for item in region.items):
        return False
    kinds = [Counter(item.word for item in region.items if isinstance(item, Region) and _is_block(item)) for region in those]
    return all(kinds) and max(max(kind.values()) for kind in kinds) > 1


def _is_block(region: Region) -> bool:
    """Whether it is more than a layer."""
    return len(list(region.nodes())) > LAYER


def _is_run(region: Region) -> bool:
    """Whether most of what is in it is of one word, and more than a layer."""
    words = Counter(item.word for item in region.items if isinstance(item, Region) and _is_block(item))
    return bool(words) and 3 * words.most_common(1)[0][1] >= 2 * len(region.items)


STAGES = 6
"""Stages that a network has at most."""

LAYER = 4
"""Operators up to which a scope is a layer with its norm and activation."""

PART = 9
"""Operators up to which a scope is written within the one scope that holds it."""


def _parts(root: Region) -> set[str]:
    """Words of short scopes that stand once in each scope of one other word, and nowhere else; and of wrappers of different things."""
    holders: dict[str, list[tuple[Region, Region]]] = {}
    for region in root.regions():
        for item in region.items:
            if isinstance(item, Region):
                holders.setdefault(item.word, []).append((region, item))
    words = Counter(region.word for region in root.regions())
    return {word for word, pairs in holders.items() if _is_part(pairs, words) or _wraps(pairs)}


def _is_part(pairs: list[tuple[Region, Region]], words: Counter[str]) -> bool:
    """Whether every scope of a word is all that its holder, always of one word, has of it; gates stay what they are."""
    one = {holder.word for holder, _ in pairs}
    if len(one) > 1 or "" in one or len({id(holder) for holder, _ in pairs}) < len(pairs) or len(pairs) < words[one.pop()]:
        return False
    beside = [[item for item in holder.items if item is not inner] for holder, inner in pairs]
    joined = any(beside) and all(isinstance(item, Node) and item.op.joins for items in beside for item in items)
    return joined or all(_is_short(inner) for _, inner in pairs)


def _is_short(region: Region) -> bool:
    ops = [node.op.word for node in region.nodes()]
    gates = "adaptive_pool" in ops and "mul" in ops
    return len(ops) <= PART and not gates and not any(isinstance(item, Region) for item in region.items)


def _wraps(pairs: list[tuple[Region, Region]]) -> bool:
    """Whether every holder has several short scopes of a word, each around something else."""
    if max(len(inner.items) for _, inner in pairs) > FEW or "" in {holder.word for holder, _ in pairs}:
        return False
    kinds: dict[int, list[tuple[str, ...]]] = {}
    for holder, inner in pairs:
        signature = tuple(item.word if isinstance(item, Region) else item.op.word for item in inner.items)
        kinds.setdefault(id(holder), []).append(signature)
    return all(len(these) > 1 and len(set(these)) == len(these) for these in kinds.values())


def _says_little(region: Region, words: Counter[str]) -> bool:
    """A container, a wrapper of one thing, what is an idiom anyway, and what occurs once and is short or long."""
    items = region.items
    if (
        region.word in CONTAINERS
        or len(items) == 1
        or is_activated_norm(items)
        or idiom([i for i in items if isinstance(i, Node)]) == len(items)
    ):
        return True
    once = words[region.word] == 1
    if len(region.inputs) * len(region.outputs) > 1 and (once or len(items) < FEW):
        return True
    return once and (len(items) <= FEW or any(isinstance(item, Region) and words[item.word] > 1 for item in items))
