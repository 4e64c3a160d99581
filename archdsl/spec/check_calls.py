"""Static checks of calls: the operator or block that is named, and its arguments."""

from __future__ import annotations

from collections.abc import Iterable

from archdsl.errors import Fix, Hint, Mark
from archdsl.ops import OPERATORS, Operator, ShapeError
from archdsl.ops.errors import ArgumentError
from archdsl.spec.check_values import check_formula, check_name, check_parameter, check_target, check_value, formula_hint
from archdsl.spec.checking import Checks, Reach
from archdsl.spec.model import Block, Call, Constant, Inline, Value
from archdsl.spec.read_modifiers import MODIFIERS
from archdsl.spec.unknown_names import unknown_argument
from archdsl.spec.values import is_plain
from archdsl.spec.wraps import WRAPPED


def check_call(checks: Checks, call: Call, reach: Reach, partial: bool = False) -> None:
    """A call and its arguments. `partial`: those that are missing are given elsewhere."""
    for column, formula in call.scale.items():
        if column in call.args:
            check_formula(checks, formula, reach.plus("value"))
    for value in (*call.args.values(), *([call.positional] if call.positional is not None else [])):
        if not (isinstance(value, Inline) and call.target in OPERATORS):
            check_value(checks, value, reach)
    wraps = checks.spec.blocks[checks.block].wraps if call.reference == WRAPPED and checks.block is not None else None
    if wraps is not None and wraps.call is not None:
        check_name(checks, WRAPPED, call.mark, reach)
        _block_call(checks, checks.spec.blocks[wraps.name], call, partial=True)
    elif call.reference is not None:
        _reference(checks, call.reference, call, reach)
    elif call.target in OPERATORS:
        _operator_call(checks, OPERATORS[call.target], call, partial)
    elif call.target and check_target(checks, call.target, call.mark):
        _block_call(checks, checks.spec.blocks[call.target], call, partial)


def _reference(checks: Checks, name: str, call: Call, reach: Reach) -> None:
    """A call of what an argument or a knob holds."""
    if name in ("in", "i", "value"):
        checks.report.error(f"'${name}' is a number and cannot be called", call.mark)
    else:
        check_name(checks, name, call.mark, reach)
        if checks.block is None or name not in checks.spec.blocks[checks.block].args:
            checks.references.setdefault(name, []).append(call)


def _operator_call(checks: Checks, op: type[Operator], call: Call, partial: bool) -> None:
    args = dict(call.args)
    if call.positional is not None:
        if not op.fields:
            checks.report.error(f"{op.word} takes no arguments", call.positional.mark)
        else:
            args[next(iter(op.fields))] = call.positional
    for name, value in args.items():
        check_argument(checks, op, name, value, call.arg_marks.get(name, value.mark), call.scales(name, value))
    given = {*args, *checks.spec.defaults.get(op.word, ())}
    missing = [name for name in op.required if name not in given]
    if missing and not partial and all(name in op.kinds for name in args):
        checks.report.error(f"{op.word} needs {_listed(missing)}", call.mark, f"arguments: {', '.join(op.fields)}")


def check_argument(checks: Checks, op: type[Operator], name: str, value: Value, mark: Mark, scaled: bool = False) -> None:
    """An argument of an operator: whether there is one of that name, and whether a constant fits it.

    Args:
        mark: where the name stands.
        scaled: whether the scale of a column of a table applies, so that the constant is not what arrives.
    """
    if name not in op.kinds:
        _unknown(checks, f"argument of {op.word}", name, op.kinds, mark)
        return
    if isinstance(value, Inline):
        checks.report.error(f"'{name}' of {op.word} takes {op.kinds[name].name}; steps came", value.mark)
    if scaled or not is_plain(value):
        return
    plain = value.evaluate({})
    if plain is None and name not in op.required:
        return
    try:
        op.kinds[name].convert(plain)
    except (ArgumentError, ShapeError) as error:
        checks.report.error(f"'{name}' of {op.word} {error.message}", value.mark, error.hint or formula_hint(checks, plain))


def _block_call(checks: Checks, block: Block, call: Call, partial: bool) -> None:
    if block.broken:
        return
    args = dict(call.args)
    if call.positional is not None:
        if not block.args:
            checks.report.error(f"the block '{block.name}' takes no arguments", call.positional.mark)
        else:
            args[next(iter(block.args))] = call.positional
    for name, value in args.items():
        parameter = block.args.get(name)
        if parameter is None:
            mark = call.arg_marks.get(name, value.mark)
            _unknown(checks, f"argument of the block '{block.name}'", name, block.args, mark)
        elif not call.scales(name, value) and _given(value):
            check_parameter(checks, parameter, value, f"'{name}' of '{block.name}'")
    missing = [name for name, parameter in block.args.items() if parameter.default is None and not _given(args.get(name))]
    if missing and not partial and all(name in block.args for name in args):
        related = ("defined here", block.mark)
        checks.report.error(f"the block '{block.name}' needs {_listed(missing)}", call.mark, "", related)


def _unknown(checks: Checks, kind: str, name: str, known: Iterable[str], mark: Mark) -> None:
    """Report an argument that is not known, or that is a modifier in the wrong place."""
    if name in MODIFIERS:
        hint = Hint(f"'{name}' stands beside the operator or block, not among its arguments", Fix("beside"))
        checks.report.error(f"unknown {kind} '{name}'", mark, hint)
    else:
        checks.report.unknown(kind, name, known, mark, unknown_argument)


def _given(value: Value | None) -> bool:
    return value is not None and not (isinstance(value, Constant) and value.value is None)


def _listed(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
