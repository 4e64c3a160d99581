"""`--knob`: the old form and the new are exactly the network as it was and the one that is made without a knob, and those between
them are chosen among by `sweep` and `solve`."""

from __future__ import annotations

import random
from itertools import combinations, product
from pathlib import Path

import pytest

import archdsl
from archdsl.errors import ArchdslError, InputError
from archdsl.ir.canonical import canonical_hash
from archdsl.net import Net
from archdsl.transform.asked import Wanted
from archdsl.transform.run import transform

IMPORTED = Path(__file__).parents[2] / "benchmarks" / "imported"
KINDS = {
    "partial": "1/4",
    "dual": "3,7",
    "both": "",
    "se": "",
    "ghost": "",
    "depthwise": "",
    "groups": "2",
    "act": "mish",
    "norm": "group_norm: 1",
}
FORMS = {"both": "dp", "groups": "grouped2", "norm": "group_norm", "act": "mish"}
"""What the new form is called where that is not the word of the option."""
VERSIONS = {"partial", "dual", "both"}
PAIRS = [pair for pair in combinations(KINDS, 2) if not set(pair) <= VERSIONS and pair != ("depthwise", "groups")]
SMALL = """\
archdsl: 1
input: [3, 32, 32]
blocks:
  residual:
    args: {out: int, s: 1}
    body:
      - fork:
        paths:
          learned:
            - conv: {out: $out, kernel: 3, stride: $s}
            - norm
            - relu
            - conv: {out: $out, kernel: 3}
            - norm
          shortcut: {conv: {out: $out, stride: $s}, when: $s != 1 or $in != $out}
        join: add
      - relu
net:
  - conv: {out: 32, kernel: 3}
  - {residual: {out: 32}, repeat: 2}
  - residual: {out: 64, s: 2}
  - adaptive_pool
  - flatten
  - linear: 10
"""
CASES = [
    ("convnext_tiny", ""), ("mobilenet_v3", "rows.4-6"), ("resnet50", "stage1-2"), ("vgg16_bn", ""), ("yolov8n", "stage1-2"),
    (IMPORTED / "mobilenetv3_small_050.yaml", ""), (IMPORTED / "regnetx_002.yaml", "stage1-2"), (IMPORTED / "resnetv2_50.yaml", ""),
]  # fmt: skip


def of(name: str | Path, values: dict[str, str], where: str, knob: bool) -> Net:
    folder = name.parent if isinstance(name, Path) else None
    places = (where,) if where else ()
    found = transform(archdsl.load(name), Wanted(values, where=places, knob=knob, folder=folder))
    return found.design if folder is not None else archdsl.loads(found.text)  # type: ignore[return-value]


def plain(net: Net) -> dict[str, object]:
    """The settings by which every form is the old one."""
    made: dict[str, object] = {}
    for name, knob in net.spec.knobs.items():
        if name.startswith("form"):
            held = net.knobs[name]
            old = (knob.choices or ("",))[0]
            made[name] = [old] * len(held) if isinstance(held, (list, tuple)) else old
    return made


@pytest.mark.parametrize(("name", "where"), CASES, ids=[f"{Path(name).stem}-{where}" for name, where in CASES])
@pytest.mark.parametrize("word", KINDS)
def test_the_ends_of_a_knob_are_the_networks_without_it(name: str | Path, where: str, word: str) -> None:
    values = {word: KINDS[word]}
    try:
        new = of(name, values, where, knob=False)
    except ArchdslError:
        with pytest.raises(ArchdslError):
            of(name, values, where, knob=True)
        return
    net = of(name, values, where, knob=True)
    assert canonical_hash(net.graph()) == canonical_hash(new.graph())
    old = plain(net)
    assert old
    assert canonical_hash(net.set(**old).graph()) == canonical_hash(archdsl.load(name).graph())


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_pairs_compose_and_each_has_a_knob(pair: tuple[str, str], tmp_path: Path) -> None:
    """Of two transformations all four networks are there: none, either, both."""
    (tmp_path / "small.yaml").write_text(SMALL)
    base = archdsl.load(tmp_path / "small.yaml")

    def made(words: tuple[str, ...], knob: bool = False) -> Net:
        values = {word: KINDS[word] for word in words}
        return transform(base, Wanted(values, knob=knob, folder=tmp_path)).design  # type: ignore[return-value]

    net = made(pair, knob=True)
    chosen = {name: held for name, held in net.knobs.items() if name.startswith("form")}
    assert len(chosen) == 2
    first, second = chosen
    words = [next(word for word in pair if FORMS.get(word, word) == chosen[name]) for name in (first, second)]
    assert canonical_hash(net.graph()) == canonical_hash(made(pair).graph())
    assert canonical_hash(net.set(**{second: "plain"}).graph()) == canonical_hash(made((words[0],)).graph())
    assert canonical_hash(net.set(**{first: "plain"}).graph()) == canonical_hash(made((words[1],)).graph())
    assert canonical_hash(net.set(**{first: "plain", second: "plain"}).graph()) == canonical_hash(base.graph())


def test_pairs_that_leave_each_other_nothing_say_so(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    with pytest.raises(InputError, match="there is no dense convolution over places to change"):
        transform(archdsl.load(tmp_path / "small.yaml"), Wanted({"depthwise": "", "groups": "2"}, folder=tmp_path))


def test_partial_and_dual_together_are_both() -> None:
    one, other = (of("resnet18", values, "", knob=False) for values in ({"partial": "1/4", "dual": "3,7"}, {"both": "1/4;3,7"}))
    assert canonical_hash(one.graph()) == canonical_hash(other.graph())


def test_sweep_and_solve_choose_the_form_of_each_stage() -> None:
    """Random draws from the sweep are the networks that are put together one by one, and the answer is the best of all."""
    net = of("resnet18", {"partial": "1/2", "se": ""}, "stage1-3", knob=True)
    axes = {f"forms.{place}": ["plain", "se"] for place in (2, 3, 4)}
    axes |= {f"forms_partial.{place}": ["plain", "partial"] for place in (2, 3, 4)}
    rows = net.sweep(**axes).rows()
    counted = {tuple(row[name] for name in axes): (row["params"], row["macs"]) for row in rows}
    assert len(counted) == 64
    for chosen in random.Random(0).sample(list(product(*axes.values())), 8):
        one = net.set(**dict(zip(axes, chosen, strict=True))).cost()
        assert counted[chosen] == (one.params, one.macs)
    best = net.solve("max:macs", free=axes, most={"params": "6M"}, top=1).best[0]
    assert best["macs"] == max(macs for params, macs in counted.values() if params <= 6_000_000)


def test_rows_choose_among_blocks() -> None:
    net = of("mobilenet_v3", {"partial": "1/2"}, "rows.6-9", knob=True)
    axes = {f"rows.{row}.op": ["bneck", "partial_bneck"] for row in (6, 7, 9)}
    rows = net.sweep(**axes).rows()
    assert len({row["macs"] for row in rows}) > 4
    for row in random.Random(1).sample(list(rows), 4):
        one = net.set(**{name: row[name] for name in axes}).cost()
        assert (row["params"], row["macs"]) == (one.params, one.macs)


def test_choices_of_a_list_are_those_of_its_elements() -> None:
    net = of("resnet18", {"partial": ""}, "stage1-2", knob=True)
    with pytest.raises(InputError, match=r"forms.2: expected one of plain, partial; 'partail' came"):
        net.set(**{"forms.2": "partail"})
    with pytest.raises(InputError, match="expected one of plain, partial"):
        net.set(forms=["plain", "plain", "plain", "se"])


def test_what_no_knob_can_choose_is_told(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(
        SMALL.replace("  - adaptive_pool", "  - table: {columns: [op], rows: [[relu]]}\n  - adaptive_pool")
    )
    found = transform(archdsl.load(tmp_path / "net.yaml"), Wanted({"act": "mish"}, knob=True, folder=tmp_path))
    assert any("no knob can choose the operator of a row" in note for note in found.done)
    assert canonical_hash(found.design.set(form="plain").graph()) == canonical_hash(archdsl.load(tmp_path / "net.yaml").graph())
