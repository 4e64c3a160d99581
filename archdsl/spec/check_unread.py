"""What nobody reads: knobs, arguments, blocks, defaults and rules of initialisation that change nothing. Warnings, for a whole spec."""

from __future__ import annotations

from archdsl.errors import Fix, Hint, Mark, near_miss
from archdsl.ops import OPERATORS
from archdsl.spec.checking import Checks
from archdsl.spec.initialisation import BEGUN, DEFAULTS
from archdsl.spec.model import Block, Spec
from archdsl.spec.sizes import SIZES
from archdsl.spec.walk import mentions, of_block, of_steps
from archdsl.spec.wraps import WRAPPED


def check_unread(checks: Checks, marks: dict[str, Mark]) -> None:
    """Warn of all that the spec says itself and that nothing reads.

    Args:
        marks: of defaults and of rules of initialisation, as `File.default_marks` has them.
    """
    for name, knob in checks.spec.knobs.items():
        if name not in checks.read:
            hint = near_miss(name, checks.unknown) or Hint("no step, block or other knob mentions it", Fix("leave out"))
            checks.report.warn(f"the knob '{name}' is read by nothing", knob.mark, hint)
    if "width" in checks.sizes and "height" not in checks.sizes:  # a multiplier that was not declared looks the same
        hint = "a multiplier is a knob: knobs: {width: 1}"
        checks.report.warn(f"$width is the {SIZES['width']}", checks.sizes["width"], hint)
    _blocks(checks)
    _operators(checks, marks)


def check_arguments(checks: Checks, block: Block, read: set[str]) -> None:
    """Warn of arguments of a block that its body does not read, in a file of one's own."""
    if block.broken or checks.report.errors:
        return
    if block.wraps is not None and WRAPPED not in read:
        hint = f"leave 'wraps' out to replace '{block.wraps.name}'"
        checks.report.warn(f"the body of the block '{block.name}' calls ${WRAPPED} nowhere", block.wraps.mark, hint)
    handed = checks.spec.blocks[block.wraps.name].args if block.wraps is not None else {}
    for name, parameter in block.args.items():
        if name not in read and name not in handed:
            hint = near_miss(name, read - block.args.keys()) or "its body mentions it nowhere"
            checks.report.warn(f"the argument '{name}' of the block '{block.name}' is read by nothing", parameter.mark, hint)


def _blocks(checks: Checks) -> None:
    """Blocks of the spec that nothing leads to. A spec that extends another may have meant to replace one of its blocks."""
    spec = checks.spec
    own = {name: block for name, block in spec.blocks.items() if block.mark.source is spec.source}
    called = _reachable(spec) if own else own.keys()  # the walk takes as long as all other checks
    inherited = [name for name in spec.blocks if name not in own]
    for name, block in own.items():
        if name in called:
            continue
        near = near_miss(name, inherited) if spec.extends else ""
        if near:
            checks.report.error(f"no block '{name}' to replace, and nothing calls it", block.mark, near)
        else:
            checks.report.warn(f"the block '{name}' is called by nothing", block.mark)


def _reachable(spec: Spec) -> set[str]:
    """The blocks that the net leads to, by calls and by words that name them; those too that its space may put there."""
    found = {word for line in spec.space for word in line.words} & spec.blocks.keys()
    waiting = [
        of_steps(spec.net),
        mentions(spec.knobs, spec.input, spec.defaults),
        *(of_block(spec.blocks[name]) for name in found),
    ]
    while waiting:
        new = (waiting.pop().words & spec.blocks.keys()) - found
        found |= new
        waiting += [of_block(spec.blocks[name]) for name in new]
    return found


def _operators(checks: Checks, marks: dict[str, Mark]) -> None:
    """Defaults and rules of initialisation for operators that no step can be."""
    spec = checks.spec
    given = {name: "nothing takes the defaults of" for name in spec.defaults if name in OPERATORS}
    given |= {f"init.{name}": "nothing takes the initialisation of" for name in spec.init if name in DEFAULTS}
    own = {key: what for key, what in given.items() if key in marks and marks[key].source is spec.source}
    if not own:
        return
    called = [of_block(spec.blocks[name]) for name in _reachable(spec)]
    used = mentions(spec.knobs).words.union(of_steps(spec.net).words, *(inside.words for inside in called))
    for key, what in own.items():
        word = key.removeprefix("init.")
        if used.isdisjoint((word,) if key == word else BEGUN.get(word, (word,))):
            checks.report.warn(f"{what} {word}: no step is one", marks[key])
