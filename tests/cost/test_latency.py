"""Predicted latency: hand-computed sums, kinds by structure, arrays equal singles, and device files with their mistakes."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import archdsl
from archdsl.cost.comparing.totals import amounts, total
from archdsl.cost.counting.bill import Bill
from archdsl.cost.latency.device import ANY, Device
from archdsl.cost.latency.device_file import device_text, read_device
from archdsl.cost.latency.devices import device_names, load_device
from archdsl.cost.latency.layer_kinds import KINDS, kinds
from archdsl.cost.latency.neighbours import Neighbours
from archdsl.cost.latency.predict import latency
from archdsl.cost.latency.work import WORK
from archdsl.cost.tables.predicted import predicted
from archdsl.cost.words import duration
from archdsl.errors import InputError, Source, SpecError
from archdsl.explore.criteria.budget import parse_budgets
from archdsl.explore.grid.axis import Axis, parse_axes
from archdsl.explore.solve.solver import Solver
from archdsl.explore.sweep import Sweep
from archdsl.measure.calibrate import printed
from archdsl.net import Net

SMALL = """
archdsl: 1
name: Small
input: [3, 8, 8]
knobs:
  width: {default: 6, range: [1, 64]}
  kernel: {default: 3, range: [1, 9]}
net:
  - {conv: {out: $width, kernel: $kernel, stride: 2}, name: conv}
  - norm
  - relu
  - {conv: {out: $in, kernel: $kernel, groups: $in}, name: depthwise}
  - hswish
  - {adaptive_pool: {}, name: pool}
  - flatten
  - {linear: 10, name: fc}
"""

DEVICE = """
device: bench
batch: 2
block: 4
femtoseconds:
  conv.dense: {kernel: 1000, macs: 3, weights: 7}
  conv.dense.image.3: {kernel: 500, blocks: 2}
  conv.depthwise.odd: {lines: 11}
  norm.folded: 0
  relu: {out: 13}
  hswish.behind: {out_blocks: 17}
  linear: {weights: 19}
  start: {kernel: 100000}
  layout: 0
  layer: {in: 1}
"""


def device(text: str) -> Device:
    return read_device(Source("device.yaml", text))


def test_a_sum_by_hand() -> None:
    found = latency(archdsl.loads(SMALL).cost(), device(DEVICE))
    # 6 channels are 8 in blocks of 4, the 3 that arrive fill no block; of the 12 pairs of an axis one lies on zeros; two images
    convolution = 500 + 2 * (8 * 3 * 11 * 11) * 2 + 100_000
    relu = 13 * 6 * 16 * 2
    depthwise = 11 * 6 * 4 * 2
    hswish = 17 * 8 * 16 * 2
    pool, flatten = 6 * 16 * 2, 6 * 2
    linear = 19 * (6 * 10 + 10)
    assert found.layers == [convolution, 0, relu, depthwise, hswish, pool, flatten, linear]
    assert found.total == sum(found.layers)
    assert sum(value * times for value, times in found.parts()) == found.total
    assert archdsl.load("dpnet").cost().latency("raspberry-pi-3b").total == 5.455263819623552
    assert found.words()[:5] == [
        "conv.dense.image.3.s2, start",
        "norm.folded",
        "relu.behind",
        "conv.depthwise.odd.3",
        "hswish.behind",
    ]


def words(steps: str) -> list[str]:
    net = archdsl.loads(f"archdsl: 1\nname: X\nimport: [blocks/mobile]\ninput: [16, 16, 16]\nnet:\n{steps}")
    bill = net.cost()
    beside = Neighbours(bill.graph)
    return ["+".join(kind for kind, _ in kinds(layer, beside.of(layer.node))) for layer in bill]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            "- relu\n- {conv: 32}\n- norm\n- norm\n- relu",
            "relu+start conv.pointwise+layout.enter norm.folded norm.folded relu.behind",
        ),
        ("- relu\n- {conv: {out: 32, kernel: 5, stride: 2}}", "relu+start conv.dense.5.s2+layout.enter"),
        ("- relu\n- {conv: {out: 18, kernel: [1, 7]}}", "relu+start conv.dense.odd.large+layout.enter"),
        ("- relu\n- {conv: {out: 16, kernel: 3, groups: 16}}", "relu+start conv.depthwise.3+layout.enter"),
        ("- relu\n- {conv: {out: 36, kernel: 3, groups: 2}}", "relu+start conv.grouped.odd+layout.enter"),
        ("- relu\n- {conv: {out: 32, kernel: 3, groups: 2}}", "relu+start conv.grouped+layout.enter"),
        (
            "- relu\n- {conv: 32}\n- {conv: {out: 32, kernel: 3, groups: 2}}",
            "relu+start conv.pointwise+layout.enter conv.grouped.full",
        ),
        ("- relu\n- {conv: {out: 32, groups: 4, stride: 2}}", "relu+start conv.grouped.pointwise.s2+layout.enter"),
        ("- adaptive_pool\n- {conv: 8}\n- relu", "adaptive_pool.global+start+layout.enter conv.pointwise.vector relu.behind"),
        ("- norm\n- relu\n- {norm: {}}", "norm+start relu norm"),
        ("- flatten\n- {linear: 8}\n- norm\n- dropout\n- relu", "view+start linear.vector norm.folded pass relu.behind"),
        ("- flatten\n- {linear: 1000}", "view+start linear.vector.large"),
        (
            "- {relu: {}, as: a}\n- {conv: 16, as: b}\n- {add: {}, from: [a, b]}\n- relu",
            "relu+start conv.pointwise+layout.enter add.fused relu.sum",
        ),
        ("- {relu: {}, as: a}\n- {hswish: {}, as: b}\n- {add: {}, from: [a, b]}\n- relu", "relu+start hswish add relu"),
        (
            "- {conv: 16, as: a}\n- {relu: {}, as: b}\n- {add: {}, from: [a, b]}",  # the convolution is read twice
            "conv.pointwise+start+layout.enter relu add",
        ),
        (
            "- {conv: 32}\n- {slice: {start: 0, stop: 8}}\n- {conv: 16}\n- {shuffle: 2}",
            "conv.pointwise+start+layout.enter slice+layout.leave conv.pointwise+layout.enter shuffle+layout.leave",
        ),
        (
            "- {conv: 32, as: a}\n- {conv: 48, as: b}\n- {concat: {}, from: [a, b]}",  # full blocks stay as they are
            "conv.pointwise+start+layout.enter conv.pointwise concat",
        ),
        (
            "- {conv: 32, as: a}\n- {conv: 40, as: b}\n- {concat: {}, from: [a, b]}",
            "conv.pointwise+start+layout.enter conv.pointwise concat+layout.leave",
        ),
        (
            "- relu\n- tokens\n- {linear: 8}\n- layer_norm\n- {slice: {start: 0, stop: 2}}",
            "relu+start tokens linear layer_norm.tokens slice.tokens",
        ),
        ("- relu\n- {maxpool: {kernel: 2}}\n- {avgpool: {kernel: 3, stride: 1}}", "relu+start maxpool.s2+layout.enter avgpool"),
    ],
)
def test_kinds(steps: str, expected: str) -> None:
    assert words(steps) == expected.split()


def test_kinds_over_one_place() -> None:
    net = archdsl.loads(
        "archdsl: 1\nname: X\ninput: {map: [4, 32]}\nnet:\n- {conv: {out: 8, kernel: 3}}\n- {conv: {out: 8, kernel: 1}}"
    )
    beside = Neighbours(net.graph())
    assert [kinds(layer, beside.of(layer.node))[0][0] for layer in net.cost()] == ["conv.1d", "conv.1d.pointwise"]


def test_kinds_of_the_zoo_can_stand_in_a_device_file() -> None:
    for name in ("dpnet", "shufflenet_v1", "vit_small", "googlenet", "legonet", "densenet121", "randwire"):
        bill = archdsl.load(name).cost()
        beside = Neighbours(bill.graph)
        assert {kind for layer in bill for kind, _ in kinds(layer, beside.of(layer.node))} <= KINDS


# -- grids ---------------------------------------------------------------------------------------------------------------------


def arbitrary(seed: int = 0) -> Device:
    """A device that tells every kind apart."""
    rng = random.Random(seed)
    terms = {kind: tuple((unit, rng.randint(1, 10**6)) for unit in rng.sample(list(WORK), 3)) for kind in sorted(KINDS)}
    return Device("arbitrary", {**terms, ANY: (("kernel", 1),)}, block=16, batch=3)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a device that tells every kind apart."""
    (tmp_path / "arbitrary.yaml").write_text(device_text(arbitrary()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


AXES = [
    ("dpnet", ["width=0.5:1.5:0.25", "kernels.1=1,3,5", "kernels.2=5,7", "resolution=160:224:32"]),
    ("shufflenet_v1", ["channels=192:384:48", "groups=2,3"]),
    ("resnext50", ["groups=1,2,32", "width=0.5,1"]),
    ("mobilenet_v3_small", ["width=0.5,1", "se_reduction=2,4", "resolution=32,64"]),  # at 32 the last maps are 1x1
    ("vgg16_bn", ["classes=10,1000", "width=0.125:0.5:0.125", "resolution=32,64"]),
]


@pytest.mark.parametrize(("name", "axes"), AXES, ids=[name for name, _ in AXES])
def test_arrays_equal_singles(name: str, axes: list[str], folder: Path) -> None:
    net = archdsl.load(name)
    cost = "latency.arbitrary"
    rows = Sweep(net, parse_axes(axes, net.base), shown=[cost]).top(50_000, cost)
    assert len(rows) > 3
    for row in rows[:: max(1, len(rows) // 12)]:
        single = net.set(**{key: value for key, value in row.items() if key not in ("params", "macs", cost)})
        assert row[cost] == total(single, cost)


def test_a_kernel_that_is_swept_is_of_a_kind_for_each_value() -> None:
    """Which convolution it is differs within one structure: dense or depthwise, of any kernel, odd or not."""
    widths, kernels = np.arange(2, 14), np.array([1, 3, 5, 9])
    net = archdsl.loads(SMALL, width=widths[:, None], kernel=kernels[None, :])
    found = np.broadcast_to(latency(net.cost(), arbitrary()).total, (12, 4))
    for row, width in enumerate(widths):
        for column, kernel in enumerate(kernels):
            single = archdsl.loads(SMALL, width=int(width), kernel=int(kernel))
            assert found[row, column] == latency(single.cost(), arbitrary()).total


def test_solve_finds_what_a_sweep_finds(folder: Path) -> None:
    net, cost = archdsl.load("mobilenet_v3_small"), "latency.arbitrary"
    sweep = Sweep(net, [Axis.of("width", [0.5, 0.75, 1, 1.25]), Axis.of("resolution", range(96, 225, 32))], shown=[cost])
    rows = sweep.top(100, cost)
    bound = rows[len(rows) // 2][cost]
    budgets = parse_budgets([f"{cost}={float(bound * 1000):.9f}ms"], [], [])
    best = Solver(sweep, budgets, [sweep.objective("max:macs")], 1).solve().best[0]
    assert best["macs"] == max(row["macs"] for row in rows if row[cost] <= budgets[0].bound)


def test_conditions_read_times(folder: Path) -> None:
    net = archdsl.load("dpnet")
    shown = ["latency.raspberry-pi-3b"]
    everything = Sweep(net, [Axis.of("resolution", range(128, 257, 32))], shown=shown).top(9, "macs")
    held = Sweep(net, [Axis.of("resolution", range(128, 257, 32))], "latency.raspberry-pi-3b <= 3500ms", shown).top(9, "macs")
    wanted = [row["resolution"] for row in everything if row[shown[0]] <= Fraction(7, 2)]
    assert [row["resolution"] for row in held] == wanted
    assert 0 < len(wanted) < len(everything)


# -- totals and words ----------------------------------------------------------------------------------------------------------


def test_a_total_is_seconds_to_the_femtosecond() -> None:
    net, name = archdsl.load("dpnet"), "latency.raspberry-pi-3b"
    assert total(net, name) == Fraction(latency(net.cost(), load_device("raspberry-pi-3b")).total, 10**15)
    assert sum(value * times for value, times in amounts(net, name).parts()) == total(net, name) * 10**15


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(8.4149, "8.415 s"), (0.0106, "10.60 ms"), (0.000213, "213.0 us"), (0, "0.000 s"), (12345.6, "12,346 s"), (1, "1.000 s")],
)
def test_times_in_words(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_changes_have_a_sign() -> None:
    assert duration(Fraction(-1, 80), "+") == "-12.50 ms"
    assert duration(Fraction(1, 80), "+") == "+12.50 ms"


# -- device files --------------------------------------------------------------------------------------------------------------


def test_a_file_round_trips() -> None:
    about = {"machine": "a: machine, 2 cores", "runtime": "onnxruntime", "threads": "2", "batch": "3", "fit": "5 networks"}
    made = Device("arbitrary", {**arbitrary().terms, "pass": ()}, 16, 3, "doc: of it", about, few=5)
    read = device(device_text(made))
    assert (read.name, read.terms, read.block, read.batch, read.doc, read.few) == (
        "arbitrary",
        made.terms,
        16,
        3,
        "doc: of it",
        5,
    )
    assert read.about == about
    assert read.heading == "a: machine, 2 cores, onnxruntime, 2 threads, batch 3"


def test_mistakes_in_a_file(golden: Callable[[str, str], None]) -> None:
    text = """devise: laptop
runtime: [onnxruntime]
threads: two
batch: 0
femtoseconds:
  conv.pointwize: {kernel: 3}
  conv.dense: {kernels: 3, macs: 1.5, out: -1}
  relu: fast
  norm: 0
"""
    with pytest.raises(SpecError) as error:
        device(text)
    golden("device_errors.txt", str(error.value) + "\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1", r"a device is a mapping \(device: …, femtoseconds: …\)"),
        ("device: x", "a device needs 'femtoseconds', the time of each kind of layer"),
        ("device: x\nfemtoseconds: 3", "'femtoseconds' is a mapping from kinds of layers to times"),
    ],
)
def test_what_is_no_device(text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        device(text)


def test_a_kind_without_a_time_is_an_error_and_never_nothing() -> None:
    net = archdsl.loads(SMALL)
    with pytest.raises(InputError) as error:
        latency(net.cost(), device("device: x\nfemtoseconds: {conv: {macs: 1}, start: 0}")).layers  # noqa: B018
    assert str(error.value) == (
        "the device x has no time for norm.folded, the kind of 'norm' in Small, and none for 'layer', which stands for every other kind"
    )


def test_kinds_without_a_time_of_their_own_are_named() -> None:
    bill = archdsl.loads(SMALL).cost()
    said = "no time was measured for adaptive_pool.global, view; the time of any other layer stands for them"
    assert latency(bill, device(DEVICE)).trust() == [said]
    assert predicted(bill, device(DEVICE)).notes()[-1] == said
    one = DEVICE.replace("layer: {in: 1}", "layer: {in: 1}\n  adaptive_pool: {in: 1}")
    assert latency(bill, device(one)).trust() == ["no time was measured for view; the time of any other layer stands for it"]
    general = device("device: x\nfemtoseconds: {layer: {macs: 1}, norm.folded: 0}")
    assert latency(bill, general).trust() == []  # a device that tells no kinds apart


def test_the_most_special_kind_decides() -> None:
    made = device("device: x\nfemtoseconds: {conv: {macs: 1}, conv.depthwise: {macs: 2}, conv.depthwise.3.s2: {macs: 3}}")
    found = [made.of(kind) for kind in ("conv.depthwise.3.s2", "conv.depthwise.3", "conv.dense.5", "relu")]
    assert found == [(("macs", 3),), (("macs", 2),), (("macs", 1),), None]


def test_names_and_places(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_device("arbitrary").terms == load_device(folder / "arbitrary.yaml").terms == arbitrary().terms
    (folder / "devices").mkdir()
    (folder / "devices" / "mine.yaml").write_text("device: mine\nfemtoseconds: {layer: {kernel: 1}}")
    assert load_device("mine").name == "mine"
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    with pytest.raises(InputError, match=r"^no device 'mine'; known: raspberry-pi-3b, ryzen"):
        load_device("mine")
    assert load_device("mine", beside=folder).name == "mine"
    with pytest.raises(InputError, match=r"^no device 'raspbery-pi-3b'; did you mean 'raspberry-pi-3b'\?$"):
        load_device("raspbery-pi-3b")
    with pytest.raises(InputError, match=r"^no such file: \./mine\.yaml; "):
        load_device("./mine.yaml")
    (folder / "devices" / "raspberry-pi-3b.yaml").write_text("device: other\nfemtoseconds: {layer: {kernel: 1}}")
    with pytest.raises(InputError, match="'raspberry-pi-3b' is the name of a shipped device; give the file another, or its path"):
        load_device("raspberry-pi-3b", beside=folder)


# -- shipped devices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", printed.DEVICES, ids=[device.name for device in printed.DEVICES])
def test_shipped_files_are_what_the_printed_latencies_give(wanted: printed.Printed) -> None:
    path = Path(archdsl.__file__).parent / "cost" / "latency" / "devices" / f"{wanted.name}.yaml"
    assert path.read_text(encoding="utf-8") == device_text(printed.device(wanted))
    shipped = read_device(path)
    assert shipped.few == 4
    for spec, seconds in zip(printed.SPECS, wanted.seconds, strict=True):
        assert latency(Bill(archdsl.load(spec).graph()), shipped).total / 10**15 == pytest.approx(seconds, rel=0.07)


def test_every_shipped_device_knows_every_network() -> None:
    nets: list[Net] = [archdsl.load(name) for name in ("vit_small", "legonet", "convnext_tiny", "shiftnet")]
    for name in device_names():
        assert all(latency(net.cost(), load_device(name)).total > 0 for net in nets)
