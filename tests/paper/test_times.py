"""Table 7: the paper's ratios, and those of timings."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

import archdsl
from archdsl.cli.common import print_result
from archdsl.measure.bench import Asked
from archdsl.measure.job import Configuration, Rounds
from archdsl.measure.machine import Machine
from archdsl.measure.result import Bench, Entry, Row, Work
from archdsl.measure.timing import Spread, Timing, ratio
from archdsl.paper import times
from archdsl.paper.tables import counts

MACHINE = Machine("A processor", 2, 2**33, "Linux", "3.11.0", {"archdsl": "0.1.0"})
SECONDS = {"dpnet": 3.0, "mobilenet_v3_preprint": 4.0, "ghostnet": 6.0, "mobilenet_v2": 8.0, "mobilenet_v3": 5.0}


def measured(*versions: bool) -> Bench:
    """A bench of two configurations in which each network takes what SECONDS says for an image, half of it where it is optimised."""
    rows = []
    for batch in (1, 16):
        made = []
        for spec in times.specs():
            net = archdsl.load(spec)
            for version in versions:
                entry = Entry(net.name + (", optimised" if version else ""), spec, net.graph(), version)
                taken = SECONDS[spec] * batch / (2 if version else 1)
                made.append((entry, Timing(entry.label, (taken, taken * 2, taken, taken, taken))))
        configuration = Configuration("eager", batch, 2)
        rows += [Row(configuration, entry, t, ratio(t, made[0][1]), Work.of(entry.graph, configuration)) for entry, t in made]
    return Bench(MACHINE, tuple(rows), {})


def test_reported_ratios() -> None:
    cpu, pi = times.devices()
    assert (cpu.word, cpu.processor, pi.word, pi.processor) == ("cpu", "AMD Ryzen 7 PRO 4750U", "pi", "Raspberry Pi 3B")
    assert cpu.times == {"dpnet": 178, "mobilenet_v3_preprint": 236, "ghostnet": 213, "mobilenet_v2": 265}
    assert pi.times == {"dpnet": 5.31, "mobilenet_v3_preprint": 7.85, "ghostnet": 6.67, "mobilenet_v2": 8.41}
    assert times.specs() == ["dpnet", "mobilenet_v3_preprint", "ghostnet", "mobilenet_v2", "mobilenet_v3"]


def test_pairs() -> None:
    pairs = times.pairs(measured(False), times.devices())
    assert [(pair.network, pair.over) for pair in pairs] == [
        ("DP-Net", "MobileNetV3 (preprint)"),
        ("DP-Net", "GhostNet"),
        ("DP-Net", "MobileNetV2"),
        ("DP-Net", "MobileNetV3"),
        ("MobileNetV3 (preprint)", "GhostNet"),
        ("MobileNetV3 (preprint)", "MobileNetV2"),
        ("GhostNet", "MobileNetV2"),
    ]
    first = pairs[0]
    assert first.reported == {"cpu": pytest.approx(0.754, abs=5e-4), "pi": pytest.approx(0.676, abs=5e-4)}
    assert list(first.measured.values()) == [Spread(0.75, 0.75, 0.75)] * 2
    assert not pairs[3].reported
    assert [round(next(iter(pair.measured.values())).median, 4) for pair in pairs[1:]] == [0.5, 0.375, 0.6, 0.6667, 0.5, 0.75]


def test_pairs_are_of_one_version() -> None:
    pairs = times.pairs(measured(False, True), times.devices())
    assert len(pairs) == 14
    assert next((pair.network, pair.over) for pair in pairs if pair.optimised) == (
        "DP-Net, optimised",
        "MobileNetV3 (preprint), optimised",
    )
    assert all("optimised" not in pair.network + pair.over for pair in pairs if not pair.optimised)


def test_json() -> None:
    found = measured(False)
    data = times.Times(times.devices(), times.pairs(found, times.devices()), found.turn()).as_dict()
    assert list(data) == ["table", "devices", "pairs", "machine", "first", "ratios", "rows", "left_out"]
    assert data["pairs"][0]["measured"][1] == {
        "runtime": "eager",
        "batch": 16,
        "threads": 2,
        "dtype": "float32",
        "median": 0.75,
        "low": 0.75,
        "high": 0.75,
        "tells": True,
    }
    # One way round in the summary and in the details: DP-Net over the other.
    assert data["ratios"] == "first / network"
    assert [row["ratio"]["median"] for row in data["rows"]][:5] == [1, 0.75, 0.5, 0.375, 0.6]


def test_a_run_that_is_too_noisy_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    from archdsl.cli.terminal import console

    found = measured(False)
    rows = list(found.rows)
    noisy = Timing("MobileNetV2", (0.021, 0.611, 0.03, 9.0, 0.5))
    rows[3] = replace(rows[3], timing=noisy, ratio=ratio(noisy, rows[0].timing))
    found = replace(found, rows=tuple(rows))
    print_result(console(), times.Times(times.devices(), times.pairs(found, times.devices()), found.turn()))
    printed = capsys.readouterr().out
    summary, _, details = printed.partition("eager, batch 1, 2 threads")
    for text, line in ((summary, "DP-Net / MobileNetV2 "), (details, "  MobileNetV2 ")):
        assert " ? " in next(part for part in text.splitlines() if line in part)
    told = " ".join(printed.split())  # lines are as long as the terminal is wide
    assert "? too noisy to tell: 1 lies between the quartiles of the ratio, they are more than 25% of it apart" in told
    assert "fewer than 5 rounds" in told


@pytest.mark.parametrize(
    ("values", "tells"),
    [
        ([0.9, 0.91, 0.92, 0.93, 0.94], True),
        ([1.1, 1.11, 1.12, 1.13, 1.14], True),
        ([0.9, 0.95, 1.0, 1.05, 1.1], False),  # either may be the quicker
        ([0.2, 0.3, 0.5, 0.7, 0.8], False),  # quicker for sure, by nobody knows how much
        ([0.9, 0.91, 0.92, 0.93], False),  # four rounds
        ([0.5], False),
    ],
)
def test_when_a_ratio_tells(values: list[float], tells: bool) -> None:
    assert Spread.of(values).tells is tells


def test_printed(golden, capsys: pytest.CaptureFixture[str]) -> None:
    from archdsl.cli.terminal import console

    found = measured(False)
    print_result(console(), times.Times(times.devices(), times.pairs(found, times.devices()), found.turn()))
    golden("table7.txt", capsys.readouterr().out)


def test_measured_for_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """The networks of the table, at a size that takes little time."""
    monkeypatch.setattr(times, "Design", SimpleNamespace(load=lambda spec: archdsl.load(spec, resolution=32)))
    asked = Asked(("eager",), threads=(1,), rounds=Rounds(2))
    done: list[int] = []
    found = times.times(asked, done.append)
    assert sum(done) == times.count_steps(asked)
    assert len(found.pairs) == 7
    assert [row.entry.spec for row in found.bench.rows] == times.specs()


def test_the_table_holds_no_counts() -> None:
    with pytest.raises(archdsl.InputError, match="table7 holds running times, no counts"):
        counts("table7")
