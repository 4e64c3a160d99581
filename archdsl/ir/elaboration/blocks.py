"""Blocks while a spec is elaborated: bodies are run with the arguments of a call, or copied from what they became before."""

from __future__ import annotations

from itertools import islice
from typing import Any

from archdsl.exact.unknown import is_doubtful
from archdsl.ir.elaboration.labels import labelled
from archdsl.ir.elaboration.links import UNNAMED, lookup
from archdsl.ir.elaboration.lost import LOST, neutral
from archdsl.ir.elaboration.origin import Opened
from archdsl.ir.elaboration.scope import CallSite, Gathered, Scope, Tensors, arrive
from archdsl.ir.elaboration.state import State, Stop
from archdsl.ir.elaboration.steps import run_steps
from archdsl.ir.elaboration.templates import Template, record, stamp
from archdsl.ir.elaboration.values import evaluate
from archdsl.ir.graph import Interface
from archdsl.ops import ShapeError
from archdsl.ops.shapes import channel_axis
from archdsl.spec.expression import Names
from archdsl.spec.model import Block, Call, Closure, Parameter
from archdsl.spec.types import mistake
from archdsl.spec.unknown_names import unknown_argument
from archdsl.spec.wraps import WRAPPED, handed


def open_block(state: State, block: Block, site: CallSite, args: dict[str, Any]) -> Tensors:
    """Run the body of a block with its arguments, or copy what it became before."""
    if block.broken:
        raise Stop  # its definition was reported
    if block.name in state.spec.forced:
        args = {**args, **{name: value.value for name, value in state.spec.forced[block.name].items()}}
    place = _template_place(state, block, site, args)
    if place is None:
        return _run(state, block, site, args)[1]
    template = state.links.templates.get(place)
    if template is not None and (copied := _copy(state, template, block, site, args)) is not None:
        return copied
    first, steps, noted, named = len(state.graph.nodes), state.steps, state.grid.noted, len(state.graph.interfaces)
    inner, result = _run(state, block, site, args)
    if state.grid.noted == noted and not state.failed:
        made = list(islice(reversed(state.graph.nodes.values()), len(state.graph.nodes) - first))[::-1]
        template = record(made, inner.prefix, len(inner.frames), site.arriving, result, state.steps - steps)
        if len(state.graph.interfaces) > named:
            interfaces = islice(state.graph.interfaces.items(), named, None)
            template = template.naming(dict(interfaces), made, inner.prefix, site.arriving)
        state.links.keep_template(place, template)
    return result


def _run(state: State, block: Block, site: CallSite, args: dict[str, Any]) -> tuple[Scope, Tensors]:
    """Run the body of a block; the scope that it ran in, and the tensors after its last step."""
    limit_depth(state, site.scope, site.call)
    if UNNAMED in args:
        args[next(iter(block.args), UNNAMED)] = args.pop(UNNAMED)
    names = _bind(state, block, site, args)
    inner = _opened(state, block, site, args)
    inner.enter(names, site.arriving)
    arriving = _take(state, block, site, inner) if block.inputs else site.arriving
    state.opened.append(Opened(block, site.call))
    result = run_steps(state, block.body, inner, arriving, state.links.plan(block.body))
    if block.outputs:
        result = tuple(labelled(state, block.outputs, inner))
    state.opened.pop()
    if (block.inputs or block.outputs) and not state.failed:
        named = [label.text for label in block.inputs], [label.text for label in block.outputs]
        tensors = ((node.name for node in side) for side in (site.arriving, result))
        taken, given = (tuple(zip(*side, strict=False)) for side in zip(named, tensors, strict=True))
        state.graph.interfaces[inner.prefix[:-1], block.name] = Interface(taken, given)
    return inner, result


def _take(state: State, block: Block, site: CallSite, inner: Scope) -> Tensors:
    """Give a block's inputs their labels. The first arrives at the first step of its body."""
    arriving = site.arriving
    if len(arriving) != len(block.inputs):
        if LOST in arriving:
            raise Stop
        names = ", ".join([label.text for label in block.inputs])
        came = "1 arrives" if len(arriving) == 1 else f"{len(arriving)} arrive"
        takes = f"the block '{block.name}' takes {len(block.inputs)} tensor{'s' * (len(block.inputs) > 1)} ({names}), {came}"
        raise state.fail(takes, site.call.mark, "say which: from: [a, b]", ("declared here", block.inputs[0].mark))
    for label, tensor in zip(block.inputs, arriving, strict=True):
        inner.labels[label.text] = (tensor,)
    inner.labels["in"] = arriving[:1]
    return arriving[:1]


def _bind(state: State, block: Block, site: CallSite, args: dict[str, Any]) -> Names:
    """The values in reach inside of a block: knobs, `$in`, and its arguments, given or by default."""
    names = dict(state.knobs)
    arrive(names, site.arriving)
    missing = 0
    for name, parameter, quick in state.links.parameters(block):
        value = args.get(name)
        if value is None:
            missing += name not in args
            if parameter.default is None:
                if any(given not in block.args for given in args) and state.recovers:
                    names[name] = neutral(parameter)  # one that is misspelt is not missing as well
                    continue
                stop = state.fail(f"the block '{block.name}' needs '{name}'", site.call.mark, "", ("defined here", block.mark))
                names[name] = _go_on(state, parameter, stop)
                continue
            value = evaluate(state, parameter.default, names)
            if value is None:
                names[name] = None
                continue
        if quick is not object and type(value) is not quick and (wrong := mistake(parameter, value)) and not is_doubtful(value):
            value = _go_on(state, parameter, _misfit(state, block, parameter, site.call, wrong, args.get(name) is not None))
        names[name] = value
    if block.wraps is not None:
        names[WRAPPED] = handed(block, state.spec.blocks[block.wraps.name], args, names)
    if len(args) + missing != len(block.args):
        _go_on(state, None, _surplus(state, block, site.call, args))
    return names


def _go_on(state: State, parameter: Parameter | None, stop: Stop) -> Any:
    """What takes the place of an argument that was reported."""
    if not state.recovers:
        raise stop
    return None if parameter is None else neutral(parameter)


def _misfit(state: State, block: Block, parameter: Parameter, call: Call, wrong: tuple[str, str], is_given: bool) -> Stop:
    """Report an argument of the wrong type, at the call or where its default is defined."""
    message, hint = wrong
    value = call.args.get(parameter.name, call.positional) if is_given else parameter.default
    message = f"'{parameter.name}' of '{block.name}': {message}"
    if value is None:
        return state.fail(message, call.mark, hint)
    elsewhere = () if is_given or value.mark[:2] == call.mark[:2] else (("called here", call.mark),)
    return state.blame(message, value, hint, *elsewhere)


def _surplus(state: State, block: Block, call: Call, args: dict[str, Any]) -> Stop:
    """Report an argument that the block does not have."""
    name = next(name for name in args if name not in block.args)
    if name == UNNAMED:
        return state.fail(f"the block '{block.name}' takes no arguments", (call.positional or call).mark)
    message, hint = unknown_argument(f"argument of the block '{block.name}'", name, block.args)
    return state.fail(message, call.arg_marks.get(name, call.mark), hint)


def limit_depth(state: State, scope: Scope, call: Call) -> None:
    """End the elaboration where blocks, or steps given as an argument, are nested too deep to open another."""
    if scope.depth < state.limits.depth:
        return
    blocks = [f.block for f in scope.frames if f.kind == "block"]
    if blocks[-1] in blocks[:-1]:
        cycle = blocks[-2 - blocks[-2::-1].index(blocks[-1]) :]
        state.exceed(f"blocks call each other without end: {' -> '.join(cycle)}", call.mark)
    shown = " -> ".join(blocks[-4:])
    state.exceed(f"blocks call each other deeper than {state.limits.depth} levels: … -> {shown}", call.mark)


# -- copies --------------------------------------------------------------------------------------------------------------------


def _template_place(state: State, block: Block, site: CallSite, args: dict[str, Any]) -> Any:
    """What a block becomes follows from this; None where it has to be opened. Inner blocks come with the outer one."""
    if site.alone or site.scope.depth or state.knobs_key is None or type(site.arriving) is Gathered:
        return None
    shapes = [node.shape for node in site.arriving]
    if len(shapes) > 1 and len(set(site.arriving)) < len(shapes):  # a template tells its inputs apart by their nodes
        return None
    values = lookup((*[shape[channel_axis(shape)] for shape in shapes], *args.values()))
    extents = [state.links.extent(state.spec, block, shape) for shape in shapes]
    if values is None or None in extents:
        return None
    return block, *extents, tuple(args), values, state.knobs_key, state.grid.key


def _copy(state: State, template: Template, block: Block, site: CallSite, args: dict[str, Any]) -> Tensors | None:
    """A block put down again; None where its shapes do not fit, so that it is opened and the mistake finds its line."""
    inner = _opened(state, block, site, args)
    try:
        made, result = stamp(template, inner.prefix, inner.frames, site.arriving)
    except ShapeError:
        state.namer.release(inner.prefix)
        return None
    before = len(inner.prefix)
    state.namer.count(template.letters + before * (len(made) + len(template.frames)), template.longest + before)
    state.steps += template.steps
    state.graph.nodes.update([(node.name, node) for node in made])
    state.graph.interfaces.update(template.named(made, inner.prefix, site.arriving))
    if len(state.graph.nodes) > state.limits.nodes:
        state.too_many_nodes(site.call.mark)
    return result


def _opened(state: State, block: Block, site: CallSite, args: dict[str, Any]) -> Scope:
    """The scope of a block's body, its values not yet put in. Steps that were given to it are left out of what is shown."""
    shown = tuple([item for item in args.items() if type(item[1]) is not Closure])
    return site.opened(state.namer, block.name, shown)
