"""Forms of a whole network: questions that its sites ask, each with one answer for all blocks.

Whether a map is made in one piece or its shares apart is asked where it is made and paid for where it is read, and what pays is often
several answers at once: shares apart, dense expansions, padded parts. So blocks are not weighed by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from archdsl.compilers.passes import ACROSS, WITHIN, optimize
from archdsl.compilers.passes.draft import Site
from archdsl.compilers.passes.merge_paths import merge_paths
from archdsl.ir.canonical import schedule_hash
from archdsl.ir.graph import Graph

KEPT = ""
"""The usual answer of each site."""
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "form": (KEPT, "dense"),
    "map": ("whole", "cut"),
    "parts": ("exact", "padded", "added"),
    "join": ("concat", "sum", "folded"),
    "basis": ("kept", "changed"),
}
"""What is asked, with the answers that are tried."""
EARLY_QUESTION = "form"
EARLY = WITHIN.index(merge_paths) + 1
"""Passes of WITHIN that take long; of the questions they ask only the first."""

Answers = Mapping[str, str]
"""An answer by question."""


class Together:
    """Choices that give the same answer to a question wherever it is asked.

    Attributes:
        asked: the questions that were asked, with the options that there were.
    """

    def __init__(self, answers: Answers):
        self.answers = answers
        self.asked: dict[str, set[str]] = {}

    def get(self, site: Site, /) -> str | None:
        """The answer where it is one of the site's options."""
        self.asked.setdefault(site.question, set()).update(site.options)
        answer = self.answers.get(site.question, KEPT)
        return answer if answer in site.options else None


@dataclass(frozen=True, eq=False)
class Plan:
    """One form of a network, and the options that lead to it."""

    chosen: dict[Site, str]
    graph: Graph


def forms(graph: Graph) -> list[Plan]:
    """The forms of a network: the usual one, then one for every set of answers that all its blocks give alike."""
    found: dict[str, Plan] = {}
    for plan in _ways(optimize(graph, passes=ACROSS).graph):
        found.setdefault(schedule_hash(plan.graph), plan)
    return list(found.values())


def _ways(base: Graph) -> Iterator[Plan]:
    """Depth first: of what the answers so far lead to be asked, each answer in turn."""
    early: dict[str, tuple[Graph, dict[Site, str], dict[str, set[str]]]] = {}
    waiting: list[Answers] = [{}]
    while waiting:
        answers = waiting.pop()
        key = answers.get(EARLY_QUESTION, KEPT)
        if key not in early:
            choices = Together(answers)
            made = optimize(base, chosen=choices, passes=WITHIN[:EARLY])
            early[key] = made.graph, _taken(made.sites, choices), choices.asked
        graph, taken, asked = early[key]
        choices = Together(answers)
        made = optimize(graph, chosen=choices, passes=WITHIN[EARLY:])
        asked = {**asked, **choices.asked}
        undecided = [question for question in QUESTIONS if question in asked and question not in answers]
        if not answers or not undecided:
            yield Plan({**taken, **_taken(made.sites, choices)}, made.graph)
        for question in undecided[:1]:
            options = [option for option in QUESTIONS[question] if option in (KEPT, *asked[question])]
            waiting += [{**answers, question: option} for option in reversed(options)]


def _taken(sites: Collection[Site], choices: Together) -> dict[Site, str]:
    return {site: choices.get(site) or site.options[0] for site in sites}
