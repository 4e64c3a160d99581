"""Calls while a spec is elaborated: what a call names is found, and run."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

from archdsl.exact.shown import describe
from archdsl.ir.elaboration.blocks import limit_depth, open_block
from archdsl.ir.elaboration.naming import Plan
from archdsl.ir.elaboration.operators import add_node, linked_operator, named_operator, run_operator
from archdsl.ir.elaboration.scope import CallSite, Scope, Tensors
from archdsl.ir.elaboration.state import State, Stop
from archdsl.ir.elaboration.steps import run_steps
from archdsl.ir.elaboration.values import answer, arguments, text_of
from archdsl.ops import OPERATORS
from archdsl.spec.model import PLAIN, Call, Closure
from archdsl.spec.unknown_names import unknown_operator


def run_call(state: State, call: Call, scope: Scope, arriving: Tensors, plan: Plan) -> Tensors:
    """Run one call."""
    state.steps += 1
    if state.steps > state.limits.steps:
        state.too_many_steps(call.mark)
    link = state.links.of(call, state.spec)
    if call.mods is PLAIN:
        name, numbered, alone = call.target, call.target in plan.numbered, plan.alone
    else:
        name, numbered, alone = _naming(state, call, scope, plan)
    if link.fixed is not None:  # the quick way of an operator that is the same every time
        full = state.namer.claim(scope.prefix, name, numbered)
        return (add_node(state, full, link.fixed, scope, arriving, call),)
    site = CallSite(call, scope, arriving, name, numbered, alone)
    if link.op is not None:
        return run_operator(state, linked_operator(state, link, site), site)
    args = arguments(state, link, scope, arriving)
    if link.block is not None:
        return open_block(state, link.block, site, args)
    return _refer(state, site, args)


def _naming(state: State, call: Call, scope: Scope, plan: Plan) -> tuple[str, bool, bool]:
    """The name of a call with modifiers, whether it gets a number, and whether it adds nothing to names."""
    mods = call.mods
    rounds = mods.repeat is not None or bool(mods.loop)
    if mods.name is None:
        return call.target, rounds or call.target in plan.numbered, plan.alone
    name = text_of(state, mods.name, scope.names)
    told_apart = bool(mods.name.names)  # a name with a value in it tells the rounds apart
    return name, (rounds or name in plan.numbered) and not told_apart, False


def _refer(state: State, site: CallSite, args: dict[str, Any]) -> Tensors:
    """Run what the text of a call names: a word, or what an argument or a knob holds."""
    call = site.call
    if call.reference is None:
        return _invoke(state, call.target, site, args)
    target = site.scope.names.get(call.reference)
    if target is None and state.failed:
        raise Stop  # a name that is not in reach was reported
    target = answer(target, call.mark, f"'{call.target}'")
    if site.name == call.target:
        site = site._replace(name=target if isinstance(target, str) else call.reference)
    return _invoke(state, target, site, args)


def _invoke(state: State, target: Any, site: CallSite, args: dict[str, Any]) -> Tensors:
    """Run a target: the word of an operator or block, steps given as an argument, or a list of these."""
    if isinstance(target, str):
        if target in OPERATORS:
            return run_operator(state, named_operator(state, OPERATORS[target], site, args), site)
        if target in state.spec.blocks:
            return open_block(state, state.spec.blocks[target], site, args)
        return _unknown(state, target, site, args)
    if isinstance(target, Closure):
        return _run_closure(state, target, site, args)
    if isinstance(target, (list, tuple)):
        return _run_list(state, target, site, args)
    raise state.fail(f"'{site.call.target}' holds {describe(target)}, not a block", site.call.mark)


def _unknown(state: State, target: str, site: CallSite, args: dict[str, Any]) -> Tensors:
    """Report a name that nothing has. An activation changes no shape, so where one was meant the steps after it go on from what came."""
    call = site.call
    if state.failed and call.reference is None:
        raise Stop  # the static checks have said so
    message, hint = unknown_operator("operator or block", target, [*state.spec.blocks, *OPERATORS])
    stop = state.blame(message, call, hint, word=target)
    if args or not state.recovers:
        raise stop
    return site.arriving


def _run_list(state: State, targets: Sequence[Any], site: CallSite, args: dict[str, Any]) -> Tensors:
    """Run several targets one after the other."""
    if args:
        raise state.fail(f"arguments for '{site.call.target}', which holds a list of blocks", site.call.mark)
    inner = site.opened(state.namer, site.name)
    words = [item if isinstance(item, str) else site.name for item in targets]
    times = Counter(words)
    arriving = site.arriving
    for item, word in zip(targets, words, strict=True):
        state.count_step(site.call.mark)
        arriving = _invoke(state, item, CallSite(site.call, inner, arriving, word, times[word] > 1), {})
    return arriving


def _overridden(given: Call, call: Call) -> Call:
    """A call that was given as an argument, with what overrides it where it is run, for the places of mistakes."""
    args, marks = {**given.args, **call.args}, {**given.arg_marks, **call.arg_marks}
    return dataclasses.replace(given, args=args, arg_marks=marks, positional=call.positional or given.positional)


def _run_closure(state: State, closure: Closure, site: CallSite, args: dict[str, Any]) -> Tensors:
    """Run steps that were given as an argument: with the values in reach where they stand, `$in` bound here."""
    inner = site.opened(state.namer, site.name)
    limit_depth(state, inner, site.call)
    inner.enter(dict(closure.names), site.arriving)
    body = closure.body
    if not args:
        return run_steps(state, body, inner, site.arriving, state.links.plan(body))
    given = body[0]
    if len(body) != 1 or not isinstance(given, Call):
        raise state.fail(f"arguments for '{site.call.target}', which holds several steps", site.call.mark)
    link = state.links.of(given, state.spec)
    merged = {**arguments(state, link, inner, site.arriving), **args}
    given = _overridden(given, site.call)
    return _refer(state, CallSite(given, inner, site.arriving, given.target, alone=True), merged)
