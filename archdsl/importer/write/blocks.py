"""Regions of one word as blocks: those of equal form become one, those that differ in a few steps too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archdsl.importer.write.dataflow import Flow
from archdsl.importer.write.idioms import MOBILE
from archdsl.importer.write.merge import merge, nature
from archdsl.importer.write.names import named
from archdsl.importer.write.plain import is_plain
from archdsl.importer.write.region import Region
from archdsl.importer.write.render import Block, Renderer, Vocabulary
from archdsl.importer.write.runs import deep, fold, together
from archdsl.importer.write.shared import BODY, GATE, KNOWN, POOL, SHARED, own_gate, taken
from archdsl.importer.write.steps import ACTIVATION, Body, Step, vacant
from archdsl.ir.graph import Graph
from archdsl.ops import OPERATORS

Group = tuple[Body, list[Region]]
"""A body, and the regions whose it is, in the order of its columns."""


class Library:
    """The blocks of a network, from the innermost regions outwards."""

    def __init__(self, graph: Graph, words: Vocabulary, structured: bool = True):
        self.words = words
        self.flow = Flow(graph, self.call, structured)
        self.calls: dict[Region, Step] = {}
        self.taken: frozenset[str] = frozenset()

    def call(self, region: Region) -> Step:
        return self.calls[region]

    def body(self, root: Region) -> Body:
        """The steps of the network; the blocks that they call are in the vocabulary then."""
        heights: dict[Region, int] = {}
        for region in root.regions():
            heights[region] = 1 + max((heights[item] for item in region.items if isinstance(item, Region)), default=0)
        clash = any(region.word in MOBILE and not region.is_idiom for region in heights)
        self.taken = taken({region.word for region in heights if region.known is not None})
        for height in range(1, heights[root]):
            words: dict[tuple[str, bool], list[Region]] = {}
            for region in heights:
                if heights[region] == height and region is not root:
                    words.setdefault((region.word, region.is_idiom), []).append(region)
            for (word, is_idiom), regions in words.items():
                if regions[0].known is not None:
                    self._known(word, regions, clash)
                elif word == POOL.name and is_idiom:
                    self.words.blocks[word] = POOL
                    self.calls.update((region, Step(word)) for region in regions)
                elif word == SHARED.name and is_idiom:
                    self._share(regions, SHARED if not clash else replace(SHARED, origin="", body=BODY))
                    regions = [region for region in regions if region not in self.calls]
                    self._group(word, regions, is_idiom)
                else:
                    self._group(word, regions, is_idiom)
        return self.flow.body(root)

    def _known(self, word: str, regions: list[Region], clash: bool) -> None:
        """Calls of a block that comes with an import, or of one like it where the import would bring other blocks that clash."""
        calls = [region.known or {} for region in regions]
        block = own_gate(calls) if clash and word == GATE.name else KNOWN[word]
        self.words.blocks[word] = block
        names = [p.name for p in block.parameters if not p.formula]
        self.calls.update(
            (region, Step(word, {name: (call[name],) for name in names if name in call}))
            for region, call in zip(regions, calls, strict=True)
        )

    def _share(self, regions: list[Region], block: Block) -> None:
        """Calls of the block of the zoo, or of one like it. Those whose norm is not the usual one of the network are left."""
        self.words.blocks[block.name] = block
        for region in regions:
            conv, norm, *act = region.nodes()
            usual = self.flow.plain(norm).args.items()
            if not all(self.words.is_default(norm.op.word, name, value) for name, (value,) in usual):
                continue
            step = self.flow.plain(conv)
            args = {
                name: step.args[own]
                for name, own in [("out", "out"), ("kernel", "kernel"), ("s", "stride"), ("groups", "groups")]
            }
            self.calls[region] = Step(SHARED.name, {**args, "nl": (act[0].op.word if act else None,)})

    def _group(self, word: str, regions: list[Region], is_idiom: bool) -> None:
        """Blocks for the regions of one word, as few as can be. Those of an idiom may do what they like with channels and places."""
        activated = is_idiom and word in (SHARED.name, "conv_bn") and any(len(region.items) > 2 for region in regions)
        alike: dict[Any, tuple[list[Body], list[Region]]] = {}
        for region in regions:
            body = self.flow.body(region)
            if activated and len(body.steps) == 2:
                body.steps.append(vacant(Step(ACTIVATION, {"nl": ()}), 1, body.out))
            natures = () if is_idiom else tuple(map(nature, body.walk()))
            form = (tuple(map(deep, body.steps)), natures, body.inputs, body.outputs)
            bodies, members = alike.setdefault(form, ([], []))
            bodies.append(body)
            members.append(region)
        groups = [(together(bodies), members) for bodies, members in alike.values()]
        while len(groups) > len(fewer := self._merged(groups)):
            groups = fewer
        names = named(word, [body for body, _ in groups])
        for name, (body, members) in zip(names, groups, strict=True):
            self._block(name, body, members)

    def _merged(self, groups: list[Group]) -> list[Group]:
        """Those that differ in a few steps as one."""
        found: list[Group] = []
        for body, members in groups:
            for number, (known, others) in enumerate(found):
                both = merge(known, body)
                if both and is_plain(Renderer(fold(both, self.words), self.words)):
                    found[number] = (both, [*others, *members])
                    break
            else:
                found.append((body, members))
        return found

    def _block(self, word: str, body: Body, members: list[Region]) -> None:
        name, number = word, 1
        if name in self.taken:
            name = word = f"own_{word}"
        while name in self.words.blocks or name in OPERATORS or name in RESERVED or name in self.taken:
            number += 1
            name = f"{word}_{number}"
        body = fold(body, self.words)
        rendered = Renderer(body, self.words)
        parameters = rendered.parameters()
        data: list[Any] = rendered.steps()
        block = Block(name, parameters, data, plain=body)
        self.words.blocks[name] = block
        for index, region in enumerate(members):
            args = {p.name: (p.column[index],) for p in parameters if not p.formula}
            self.calls[region] = Step(name, args)


RESERVED = frozenset(
    ["fork", "split", "stage", "table", "if", "paths", "path", "join", "rest", "even", "in", "true", "false", "null"]
)
