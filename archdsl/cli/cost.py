"""`archdsl cost`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import (
    console,
    json_option,
    knob_option,
    limit_options,
    open_net,
    optimize_option,
    print_json,
    print_table,
    spec_argument,
)
from archdsl.cli.rewritten import print_rewritten, rewritten
from archdsl.cli.sheets import form_of, write_sheet
from archdsl.cli.totals import print_totals
from archdsl.exact import has_axes, is_number_array
from archdsl.ir.limits import Limits
from archdsl.net import Net

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.cost.counting.conventions import Convention
    from archdsl.cost.latency.device import Device
    from archdsl.cost.tables.sheet import Sheet

BY = ("layer", "block", "stage", "line", "operator")
SORTS = ("order", "macs", "params", "flops", "peak", "latency")
FORMS = ("csv", "markdown", "html")


@click.command("cost")
@spec_argument
@knob_option
@click.option("--by", type=click.Choice(BY), default="layer", show_default=True, help="What costs are summed by.")
@click.option("--sort", type=click.Choice(SORTS), help="Largest first; the order of the network where not given.")
@click.option("--convention", metavar="NAME|FILE", help="Count in this convention too, as a column.")
@click.option("--device", metavar="NAME|FILE", help="Predict the latency on this device, layer by layer.")
@click.option("--explain", metavar="A..B", help="Which operators make the difference between two conventions.")
@click.option("--memory", is_flag=True, help="Activations over time, the tensors at the peak, the best order, training.")
@click.option("--movement", is_flag=True, help="Bytes moved, FLOPs per byte, receptive field and stride of each layer.")
@click.option("--verify", is_flag=True, help="Compile, run the counting tools that are installed, and compare.")
@click.option("--csv", "form", flag_value="csv", help="Print comma-separated values.")
@click.option("--markdown", "form", flag_value="markdown", help="Print a Markdown table.")
@click.option("--html", "form", flag_value="html", help="Print a self-contained page.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of printing.")
@optimize_option
@json_option
@limit_options
def command(
    spec: str,
    settings: tuple[str, ...],
    by: str,
    sort: str | None,
    convention: str | None,
    device: str | None,
    explain: str | None,
    memory: bool,
    movement: bool,
    verify: bool,
    form: str | None,
    output: Path | None,
    optimize: bool,
    as_json: bool,
    limits: Limits,
) -> int:
    """The bill of SPEC for batch 1: parameters, multiply-accumulates, memory. Nothing is built, torch is not needed."""
    if as_json and form:
        raise click.UsageError(f"--json and --{form} exclude each other")
    if sum((memory, movement, verify, explain is not None)) > 1:
        raise click.UsageError("--memory, --movement, --verify and --explain exclude each other")
    if sort == "latency" and device is None:
        raise click.UsageError("--sort latency needs --device")
    net = open_net(spec, settings, limits, optimize)
    if explain is not None:
        return _explain(net, explain, as_json)
    if verify:
        return _verify(net, as_json)
    if memory or movement:
        from archdsl.cli.views import show_memory, show_movement

        (show_memory if memory else show_movement)(net, as_json)
        return 0
    if as_json:
        _print_json(net, by, convention, device)
        return 0
    people = not (form or output)
    sheet = _sheet(net, by, sort, convention, device, people)
    if not people:
        write_sheet(sheet, form or form_of(output, FORMS), output)
    elif by == "line":
        _print_lines(net, device)
    else:
        out = console()
        print_table(out, sheet.title, list(sheet.head), sheet.cells(), sheet.numbers, [*map(_text, sheet.total)])
        print_totals(net, out)
        _print_device(net, device, out)
        print_rewritten(net, out)
    return 0


def _print_json(net: Net, by: str, convention: str | None, device: str | None) -> None:
    from archdsl.cost.counting.blame import blame
    from archdsl.cost.tables.document import document, timed

    data = document(net.name, net.spec, net.cost())
    on = _device(net, device)
    if on:
        timed(data, net.cost(), on)
    if by != "layer" or convention:
        entries = blame(net.cost(), net.spec.source, by, _convention(net, convention), on)
        data["by"] = by
        data["entries"] = [entry.as_dict() for entry in entries]
    if net.chosen is not None:
        data["rewritten"] = rewritten(net)
    print_json(data)


def _sheet(net: Net, by: str, sort: str | None, convention: str | None, device: str | None, people: bool) -> Sheet:
    from archdsl.cost.counting.blame import blame
    from archdsl.cost.tables.document import line
    from archdsl.cost.tables.layout import dims
    from archdsl.cost.tables.sheet import Sheet

    bill = net.cost()
    chosen, on = _convention(net, convention), _device(net, device)
    entries = blame(bill, net.spec.source, by, chosen, on)
    taken = sum(entry.latency for entry in entries) if on else 0
    if sort not in (None, "order"):
        key = {"peak": "peak_bytes"}.get(str(sort), str(sort))
        entries.sort(key=lambda entry: getattr(entry, key) or 0, reverse=True)
    single = by == "layer"
    head = [by, *(["operator", "input", "output"] if single else ["layers"]), "params", "MACs"]
    head += [chosen.name] if chosen else []
    head += ["latency" if people else "seconds", "share of latency"] if on else []
    head += ["line"] if single else ["share of MACs"]
    rows = []
    for entry in entries:
        layer = entry.layers[0]
        what = [layer.node.op.word, dims(layer.inputs[0]), dims(layer.output)] if single else [len(entry.layers)]
        last = line(layer, net.spec.source) if single else _share(entry.macs, bill.macs, people and not on)
        flops = [entry.flops if entry.flops is not None else "not counted"] if chosen else []
        time = [_time(entry.latency, people), _share(entry.latency, taken, people, 12)] if on else []
        rows.append((entry.cause, *what, _number(entry.params), _number(entry.macs), *flops, *time, last))
    count = [bill.flops(chosen)] if chosen else []
    empty = [""] * (3 if single else 1)
    sums = [_time(taken, people), ""] if on else []
    total = ("total", *empty, _number(bill.params), _number(bill.macs), *map(_number, count), *sums, "")
    numbers = frozenset(["params", "MACs", "layers", "line", "latency", "seconds", *([chosen.name] if chosen else [])])
    return Sheet(net.name, tuple(head), tuple(rows), numbers, total)


def _convention(net: Net, name: str | None) -> Convention | None:
    from archdsl.cost.comparing.totals import convention_of

    return convention_of(net, name) if name else None


def _device(net: Net, name: str | None) -> Device | None:
    from archdsl.cost.comparing.totals import device_of

    return device_of(net, name) if name else None


def _time(femtoseconds: int, people: bool) -> object:
    """A time in words, or as seconds for programs."""
    from archdsl.cost.comparing.totals import duration
    from archdsl.cost.latency.predict import seconds

    return duration(seconds(femtoseconds)) if people else seconds(femtoseconds)


def _print_device(net: Net, name: str | None, out: Console) -> None:
    """What the latency was predicted from, and how far that is to be trusted."""
    device = _device(net, name)
    if device is None:
        return
    from archdsl.cost.latency.predict import latency

    time = _time(latency(net.cost(), device).total, True)
    out.print(f"  latency           [bold]{time}[/]  predicted on {device.name}: {device.heading}", soft_wrap=True)
    for words in device.trust():
        out.print(f"                    {words}", markup=False, soft_wrap=True)


def _number(value: object) -> object:
    """An int as it is; the range of an array in words."""
    from archdsl.cost.tables.layout import count

    return count(value) if is_number_array(value) or has_axes(value) else value


def _text(cell: object) -> str:
    from archdsl.cost.tables.sheet import text

    return text(cell)


def _share(part: int, whole: int, bars: bool, width: int = 20) -> str:
    """A share in per cent, with a bar before it where a person looks at it."""
    share = part / whole if whole else 0.0
    return f"{'█' * round(share * width):<{width}} {share:6.1%}" if bars else f"{share:.1%}"


def _print_lines(net: Net, device: str | None) -> None:
    from archdsl.cost.counting.blame import blame
    from archdsl.cost.tables.gutter import gutter

    out = console()
    rows = gutter(net.spec.source, blame(net.cost(), net.spec.source, "line", device=_device(net, device)))
    what = "multiply-accumulates, parameters, peak memory" + (", latency" if device else "")
    out.print(f"[bold]{net.spec.source.name}[/]  {what} of each line")
    for number, *costs, line in rows:
        click.echo(f"{' '.join(f'{cost:>7}' for cost in costs)} {number:>4} │ {line}")
    print_totals(net, out)
    _print_device(net, device, out)


def _explain(net: Net, pair: str, as_json: bool) -> int:
    from archdsl.cost.comparing.totals import convention_of
    from archdsl.cost.counting.explain import explain
    from archdsl.cost.tables.layout import count

    start, dots, end = pair.partition("..")
    if not dots or not start or not end:
        raise click.UsageError(f"--explain takes two conventions, as in thop..ptflops; '{pair}' came")
    found = explain(net.cost(), convention_of(net, start), convention_of(net, end))
    if as_json:
        print_json(found.as_dict())
        return 0
    rows, running = [["", found.start, "", count(found.before)]], found.before
    for drop in found.drops:
        running += drop.difference
        rules = "; ".join(f"{a} → {b}" for a, b in drop.rules)
        rows.append([f"{drop.word} ×{drop.layers}", rules, f"{drop.difference:+,}", count(running)])
    rows.append(["", found.end, "", count(found.after)])
    out = console()
    title = f"{net.name}: {found.start} to {found.end}"
    print_table(out, title, ["operator", "rule", "difference", "total"], rows, ("difference", "total"))
    if found.same:
        out.print(f"  counted alike: {', '.join(found.same)}")
    return 0


def _verify(net: Net, as_json: bool) -> int:
    from archdsl.cost.counting.verify import verify
    from archdsl.cost.tables.layout import count

    found = verify(net)
    if as_json:
        print_json([{**entry._asdict(), "equal": entry.equal} for entry in found])
    else:
        words = {True: "equal", False: "different", None: "not installed"}
        theirs = ["" if entry.theirs is None else count(entry.theirs) for entry in found]
        rows = [[e.tool, e.version, count(e.ours), shown, words[e.equal]] for e, shown in zip(found, theirs, strict=True)]
        title = f"{net.name}: conventions against their tools"
        print_table(console(), title, ["tool", "version", "ours", "theirs", ""], rows, ("ours", "theirs"))
    return 3 if any(entry.equal is False for entry in found) else 0
