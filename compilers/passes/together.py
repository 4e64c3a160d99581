"""Forms of a whole network: questions that its sites ask, with one answer for all blocks, or for one block at a time.

Whether a map is made in one piece or its shares apart is asked where it is made and paid for where it is read, and what pays is often
several answers at once: shares apart, dense expansions, padded parts. So blocks are not weighed by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from archdsl.compilers.passes import ACROSS, WITHIN, optimize
from archdsl.compilers.passes.draft import Choices, Site
from archdsl.compilers.passes.merge_paths import merge_paths
from archdsl.compilers.passes.plans import Plan, distinct
from archdsl.ir.graph import Graph

KEPT = ""
"""The answer that stands."""
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "form": (KEPT, "dense"),
    "map": ("whole", "cut"),
    "parts": ("exact", "padded", "added"),
    "join": ("concat", "sum", "folded"),
    "basis": ("kept", "changed"),
}
"""What is asked, with the answers that are tried."""
REFINED = ("map", "join")
"""What is asked of one block at a time."""
EARLY = WITHIN.index(merge_paths) + 1
"""Passes of WITHIN that take long and leave the sites of the first question alone."""

Answers = Mapping[str, str]
"""An answer by question."""


class Together(dict[Site, str]):
    """Choices of which some blocks give their own, the same answer to a question wherever they are asked.

    Args:
        standing: what was chosen before.
        blocks: paths of those blocks; all where none are given.
        answers: theirs.

    Attributes:
        asked: the questions that those blocks were asked, with the options that there were.
    """

    def __init__(self, standing: Choices, blocks: Collection[str] | None, answers: Answers):
        super().__init__(standing)
        self.blocks, self.answers = blocks, answers
        self.asked: dict[str, set[str]] = {}

    def get(self, site: Site, default: str | None = None) -> str | None:  # type: ignore[override]
        """The answer of the site's block where it is one of the options, else what was chosen."""
        answer = KEPT
        if self.blocks is None or any(site.node.startswith(f"{path}.") for path in self.blocks):
            self.asked.setdefault(site.question, set()).update(site.options)
            answer = self.answers.get(site.question, KEPT)
        return answer if answer in site.options else super().get(site, default)


class Forms:
    """The forms of one network.

    Attributes:
        blocks: paths of its outermost blocks, in order.
    """

    def __init__(self, graph: Graph):
        self.base = optimize(graph, passes=ACROSS).graph
        frames = (frame for node in self.base for frame in [f for f in node.scope if f.kind == "block"][:1])
        self.blocks = list(dict.fromkeys(frame.path for frame in frames))

    def plans(self) -> list[Plan]:
        """The network in its usual form, then with every set of answers that all its blocks give alike."""
        return distinct(self._ways({}, None, tuple(QUESTIONS)))

    def refined(self, standing: Choices, block: str) -> list[Plan]:
        """The network as it stands, then with other answers of one block to a few questions."""
        return distinct(self._ways(standing, (block,), REFINED))

    def _ways(self, standing: Choices, blocks: Collection[str] | None, questions: Sequence[str]) -> Iterator[Plan]:
        """Depth first: of what the answers so far lead to be asked, each answer in turn."""
        first = next(iter(QUESTIONS))
        early: dict[str, tuple[Graph, dict[Site, str], dict[str, set[str]]]] = {}
        waiting: list[Answers] = [{}]
        while waiting:
            answers = waiting.pop()
            key = answers.get(first, KEPT)
            if key not in early:
                choices = Together(standing, blocks, answers)
                made = optimize(self.base, chosen=choices, passes=WITHIN[:EARLY])
                early[key] = made.graph, _taken(made.sites, choices), choices.asked
            graph, taken, asked = early[key]
            choices = Together(standing, blocks, answers)
            made = optimize(graph, chosen=choices, passes=WITHIN[EARLY:])
            asked = {**asked, **choices.asked}
            undecided = [question for question in questions if question in asked and question not in answers]
            if not answers or not undecided:
                yield Plan({**taken, **_taken(made.sites, choices)}, made.graph)
            for question in undecided[:1]:
                options = [option for option in QUESTIONS[question] if option in (KEPT, *asked[question])]
                waiting += [{**answers, question: option} for option in reversed(options)]


def _taken(sites: Collection[Site], choices: Together) -> dict[Site, str]:
    wanted = {site: choices.get(site) for site in sites}
    return {site: option if option in site.options else site.options[0] for site, option in wanted.items()}
