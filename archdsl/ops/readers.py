"""Who asks what of operators: every back end and every count says here that it reads operators, and what it needs to know.

A reader either keeps a table of its own from operator to rule (`Rules`: how PyTorch or a drawing writes a convolution), or asks
what the operators say of themselves (`Facts`: what an operator keeps for its gradient). Both refuse an operator that they know
nothing of, by name; nothing is taken for zero. `READERS` holds them all, so that one test can ask each of them about each operator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from archdsl.errors import BackendError, Mark

R = TypeVar("R")
Op = TypeVar("Op", bound="Named", covariant=True)

READERS: dict[str, Reader] = {}
"""Every reader whose module has been imported, by name."""


class Named(Protocol):
    """An operator, as far as readers look at it."""

    @property
    def word(self) -> str: ...
    @property
    def opaque(self) -> bool: ...


class Asked(Protocol[Op]):
    """What a refusal names: a node of a graph."""

    @property
    def name(self) -> str: ...
    @property
    def op(self) -> Op: ...
    @property
    def mark(self) -> Mark | None: ...


class Reader:
    """Something that must know every operator of a network.

    Args:
        name: as messages call it.
        owner: the module that reads.

    Raises:
        ValueError: another reader has the name; names both owners.
    """

    name: str
    owner: str

    def __init__(self, name: str, owner: str):
        if name in READERS:
            raise ValueError(f"'{name}' is a reader of operators in both {READERS[name].owner} and {owner}")
        self.name, self.owner = name, owner
        READERS[name] = self

    def refuse(self, node: Asked[Any], why: str = "", called: str = "") -> NoReturn:
        """Raises BackendError: the reader cannot know what an operator is to it.

        Args:
            called: what the message calls the reader, where not by its name.
        """
        where = f" ({node.mark})" if node.mark else ""
        if node.op.opaque:
            raise BackendError(
                f"{called or self.name} cannot take '{node.name}'{where}: it is an opaque step, {node.op.stands_for()}"
            )
        reason = f": {why}" if why else ""
        raise BackendError(
            f"{called or self.name} has no rule for the operator {node.op.word}, which '{node.name}'{where} uses{reason}"
        )


class Rules(Reader, Generic[R]):
    """A reader with a table from operator class to rule.

    A rule for a group of operators (a class without a word of its own, such as `Activation`) holds for all of them that have no
    rule by themselves. An operator that extends another operator does not inherit its rule.

    Args:
        parts: tables that become one.

    Raises:
        ValueError: two parts have a rule for one class; names both.
    """

    def __init__(self, name: str, owner: str, *parts: Mapping[type[Any], R]):
        self.rules: dict[type[Any], R] = {}
        for part in parts:
            for kind, rule in part.items():
                if kind in self.rules:
                    raise ValueError(f"{name} has two rules for {kind.__name__}: {_called(self.rules[kind])} and {_called(rule)}")
                self.rules[kind] = rule
        super().__init__(name, owner)

    def find(self, kind: type[Any]) -> R | None:
        """The rule of an operator, or None."""
        rule = self.rules.get(kind)
        if rule is not None:
            return rule
        groups = (base for base in kind.__mro__[1:] if "word" not in base.__dict__)
        return next((self.rules[base] for base in groups if base in self.rules), None)

    def of(self, node: Asked[Any]) -> R:
        """The rule of a node's operator. Raises BackendError where there is none."""
        rule = self.find(type(node.op))
        return self.refuse(node) if rule is None else rule


class Facts(Reader):
    """A reader that needs what operators say of themselves.

    Args:
        needs: attributes and methods of `Operator` that have no default, each with what it tells.
    """

    def __init__(self, name: str, owner: str, **needs: str):
        super().__init__(name, owner)
        self.needs = needs
        self._known: set[type[Any]] = set()

    def missing(self, kind: type[Any]) -> list[str]:
        """What an operator leaves unsaid of that which the reader needs."""
        return [fact for fact in self.needs if _unsaid(kind, fact)]

    def of(self, node: Asked[Op]) -> Op:
        """A node's operator, which says all that the reader needs. Raises BackendError where it does not."""
        op = node.op
        if type(op) not in self._known:
            if missing := self.missing(type(op)):
                self.refuse(node, "it does not say " + ", ".join(f"{self.needs[fact]} ({fact})" for fact in missing))
            self._known.add(type(op))
        return op


def unsaid(method: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a method of `Operator` that has no default: each operator says it, itself or by its group."""
    method.__dict__["unsaid"] = True
    return method


def _unsaid(kind: type[Any], fact: str) -> bool:
    value = getattr(kind, fact, None)
    return value is None or getattr(value, "unsaid", False)


def _called(rule: object) -> str:
    return str(getattr(rule, "__qualname__", rule))
