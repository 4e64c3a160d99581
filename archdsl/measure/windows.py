"""Forms that depend on one another: a few blocks in a row, with the sites of all of them answered together.

Whether a map is made in one piece or its shares apart is asked where it is made and paid for where it is read, and what pays is several
answers at once: shares apart, dense expansions, padded parts. So blocks in a row are measured as one piece, first with the same answers
everywhere, then block by block.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.compilers.passes import WITHIN, optimize
from archdsl.compilers.passes.draft import Choices, Site
from archdsl.compilers.passes.plans import Plan, distinct, joined, rows_of_blocks
from archdsl.ir.graph import Graph
from archdsl.ir.ranges import Range, ranges

KEPT = ""
"""The answer that stands."""
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "map": ("whole", "cut"),
    "parts": ("exact", "padded", "added"),
    "join": ("concat", "sum", "folded"),
    "form": (KEPT, "dense"),
    "basis": ("kept", "changed"),
    "passing": (KEPT, "through"),
}
"""What blocks in a row are asked together, with the answers that are tried."""
LONGEST = 6
"""Blocks of a window."""

Answers = Mapping[str, str]
"""An answer by question."""


class Together(dict[Site, str]):
    """Choices of which some blocks give their own, the same answer to a question wherever they are asked.

    Args:
        standing: what was chosen before.
        blocks: paths of those blocks.
        answers: theirs.

    Attributes:
        asked: the questions that those blocks were asked, with the options that there were.
    """

    def __init__(self, standing: Choices, blocks: Collection[str], answers: Answers):
        super().__init__(standing)
        self.blocks, self.answers = blocks, answers
        self.asked: dict[str, set[str]] = {}

    def get(self, site: Site, default: str | None = None) -> str | None:  # type: ignore[override]
        """The answer of the site's block where it is one of the options, else what was chosen."""
        answer = KEPT
        if any(site.node.startswith(f"{path}.") for path in self.blocks):
            self.asked.setdefault(site.question, set()).update(site.options)
            answer = self.answers.get(site.question, KEPT)
        return answer if answer in site.options else super().get(site, default)


@dataclass(frozen=True, eq=False)
class Window:
    """Blocks in a row as one graph.

    Attributes:
        blocks: paths, in order.
        known: ranges of what enters.
    """

    graph: Graph
    blocks: tuple[str, ...]
    known: Mapping[str, Range]

    def plans(self, standing: Choices, blocks: Collection[str]) -> list[Plan]:
        """As it stands, then with every set of answers that these blocks give alike; and the same from the usual forms on."""
        return distinct([*self._ways(standing, blocks), *self._ways({}, blocks)])

    def _ways(self, standing: Choices, blocks: Collection[str]) -> Iterator[Plan]:
        """Depth first: of what the answers so far lead to be asked, each answer in turn."""
        waiting: list[Answers] = [{}]
        while waiting:
            answers = waiting.pop()
            choices = Together(standing, blocks, answers)
            made = optimize(self.graph, chosen=choices, passes=WITHIN, known=self.known)
            open_questions = [question for question in QUESTIONS if question in choices.asked and question not in answers]
            if not answers or not open_questions:
                yield Plan({site: choices.get(site) or site.options[0] for site in made.sites}, made.graph)
            for question in open_questions[:1]:
                options = [option for option in QUESTIONS[question] if option in (KEPT, *choices.asked[question])]
                waiting += [{**answers, question: option} for option in reversed(options)]


def windows(graph: Graph) -> Iterator[Window]:
    """The blocks of a network in rows: those whose maps have one height and width, with the block before them that makes the first such
    map and the block after them that reads the last.

    Args:
        graph: with norms folded.
    """
    known = ranges(graph.nodes)
    for row in rows_of_blocks(graph):
        begin = 0
        while begin + 1 < len(row):
            end = begin + 1
            while end + 1 < len(row) and end - begin < LONGEST and _places(row[end]) == _places(row[begin]):
                end += 1
            piece = row[begin : end + 1]
            entry = piece[0].input.name
            yield Window(joined(piece), tuple(block.name for block in piece), {entry: known[entry]})
            begin = end


def _places(block: Graph) -> Sequence[int]:
    """Height and width of what a block gives."""
    return tuple(block[block.output].shape[1:])
