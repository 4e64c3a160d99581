"""The figures of the paper, as what they consist of: a reader of its sections 3.1 and 3.2 counts the same boxes and lines."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest
from drawings import edges, lines

import archdsl.specs
from archdsl.cli.main import run
from archdsl.errors import InputError
from archdsl.viz.figures import FIGURES, PAIRS, figure, figures

SVG = "{http://www.w3.org/2000/svg}"
CONV = "3x3 conv, pad 1 | norm, relu", "3x3 conv, pad 1 | norm"


def test_2a_a_shortcut_beside_what_is_learned_and_a_sum():
    drawing = figure("fig2a").drawing
    assert lines(drawing) == ["input", *CONV, "+", "relu", "output"]
    assert edges(drawing) == [
        ("input", CONV[0], "C"),
        ("input", "+", ""),
        (CONV[0], CONV[1], ""),
        (CONV[1], "+", ""),
        ("+", "relu", ""),
        ("relu", "output", "C"),
    ]
    assert [edge.passes for edge in drawing.edges] == [False, True, False, False, False, False]
    assert [cluster.title for cluster in drawing.clusters] == ["residual learning block"]


def test_2b_half_is_learned_from_and_half_passes_to_a_concatenation():
    drawing = figure("fig2b").drawing
    assert edges(drawing) == [
        ("input", "split", "C"),
        ("split", CONV[0], "C/2"),
        (CONV[0], CONV[1], ""),
        (CONV[1], "concat", ""),
        ("split", "concat", "C/2"),
        ("concat", "relu", "C"),
        ("relu", "output", "C"),
    ]
    assert [(e.source, e.target) for e in drawing.edges if e.passes] == [("b1", "b4")]


def test_3a_a_transition_layer_below_the_join():
    drawing = figure("fig3a").drawing
    found = edges(drawing)
    assert found[-3:] == [
        ("concat", "relu", "C"),
        ("relu", "transition layer | 1x1 conv | norm", ""),
        ("transition layer | 1x1 conv | norm", "output", "C"),
    ]
    assert found[:5] == edges(figure("fig2b").drawing)[:5]


def test_3b_blocks_one_after_the_other_and_then_one_transition_layer():
    drawing = figure("fig3b").drawing
    assert [c.title for c in drawing.clusters if not c.parent] == ["partial residual block"] * 2
    assert Counter(lines(drawing))["transition layer | 1x1 conv | norm"] == 1
    assert Counter(lines(drawing))["concat"] == 2
    assert edges(drawing)[-2:] == [
        ("relu", "transition layer | 1x1 conv | norm", ""),
        ("transition layer | 1x1 conv | norm", "output", "C"),
    ]


@pytest.mark.parametrize(("kernel", "pad", "path"), [(3, 1, 0), (5, 2, 1)])
def test_4_two_paths_of_partial_structure(kernel, pad, path):
    drawing = figure("fig4").drawing
    cluster = [c for c in drawing.clusters if c.kind == "block"][path]
    assert cluster.title == f"path {path + 1}"
    inner = {c.id for c in drawing.clusters if c.id == cluster.id or c.parent == cluster.id}
    assert [" | ".join(b.lines) for b in drawing.boxes if b.cluster in inner] == [
        "split",
        "1x1 conv | norm, relu",
        f"{kernel}x{kernel} depthwise conv, pad {pad} | norm, relu",
        "1x1 conv | norm",
        "concat",
    ]
    inside = {b.id for b in drawing.boxes if b.cluster in inner}
    labels = [(e.label, e.passes) for e in drawing.edges if e.source in inside and e.target in inside]
    assert labels == [("C/4", False), ("E/4", False), ("", False), ("C/4", False), ("C/4", True)]


def test_4_the_ends_of_both_paths_meet_above_the_transition_layer():
    found = edges(figure("fig4").drawing)
    assert found[0] == ("input", "split", "C")
    assert found.count(("split", "split", "C/2")) == 2
    assert found.count(("concat", "concat", "C/2")) == 2
    assert found[-2:] == [
        ("concat", "transition layer | 1x1 conv | norm", "C"),
        ("transition layer | 1x1 conv | norm", "output", "C"),
    ]


def test_5_two_paths_without_shortcut():
    drawing = figure("fig5").drawing
    assert not any(edge.passes for edge in drawing.edges)
    assert Counter(lines(drawing))["split"] == 1
    assert Counter(edge.label for edge in drawing.edges if edge.label) == {"C": 1, "C/2": 2, "E/2": 2, "D/2": 2, "D": 2}


def test_a_letter_or_a_knob_may_be_given():
    assert [e.label for e in figure("fig2b", C=64).drawing.edges] == ["64", "32", "", "", "32", "64", "64"]
    assert Counter(lines(figure("fig4", kernels=[3, 5, 7]).drawing))["split"] == 4
    assert "3C/4" in [e.label for e in figure("fig2b", split=0.25).drawing.edges]
    with pytest.raises(InputError, match="unknown figure 'fig6'; did you mean 'fig"):
        figure("fig6")
    with pytest.raises(InputError, match="unknown knob 'kernel'; did you mean 'kernels'"):
        figure("fig4", kernel=3)


def test_settings_go_to_the_figures_that_have_them():
    found = figures(kernels=[3, 7], split=0.25)
    assert list(found) == [*FIGURES, *PAIRS]
    assert "7x7 depthwise conv, pad 3 | norm, relu" in lines(found["fig4"].drawing)
    assert "3C/4" in [e.label for e in found["fig2b"].drawing.edges]
    assert found["fig2a"].dot == figure("fig2a").dot
    with pytest.raises(InputError, match="unknown knob 'kernel'; did you mean 'kernels'"):
        figures(kernel=[3, 7])
    with pytest.raises(InputError, match="unknown knob 'kernels'"):
        figures(["fig2a"], kernels=[3, 7])


def test_an_edited_block_is_drawn_anew(tmp_path: Path):
    shipped = Path(archdsl.specs.__file__).parent / "blocks" / "partial.yaml"
    (tmp_path / "blocks").mkdir()
    edited = shipped.read_text(encoding="utf-8").replace("conv: {out: $in, kernel: 1,", "conv: {out: $in, kernel: 7,")
    (tmp_path / "blocks" / "partial.yaml").write_text(edited, encoding="utf-8")
    assert "transition layer | 7x7 conv, pad 3 | norm" in lines(figure("fig4", tmp_path).drawing)


def test_a_caption_is_there_where_it_is_asked_for_and_says_what_was_set():
    assert figure("fig4").drawing.legends == ()
    legend = figure("fig4", caption=True, kernels=[3, 5, 7], C=96).drawing.legends[0]
    assert (legend.title, legend.notes) == (
        "Fig. 4: DP-block A, three paths of partial residual structure",
        ("E: expansion size",),
    )
    assert figure("fig5", kernels=[3]).drawing.name == "Fig. 5: DP-block B, one path"
    assert figure("fig4", transition="none").drawing.name.endswith("structure, without transition layer")
    assert figure("fig2b", transition="block").drawing.name.endswith("structure with a transition layer")
    assert figure("fig3a", transition="none").drawing.name.endswith("block without transition layer")


def test_both_parts_stand_side_by_side_over_their_letters():
    picture = figure("fig2", caption=True)
    parts = [cluster.title for cluster in picture.drawing.clusters if cluster.kind == "part"]
    assert parts == ["(a)", "(b)"]
    assert lines(picture.drawing) == lines(figure("fig2a").drawing) + lines(figure("fig2b").drawing)
    assert picture.drawing.legends[0].notes == ("(a) residual structure", "(b) partial residual structure", "C: channels")
    texts = ["".join(node.itertext()) for node in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]
    assert texts.count("(a)") == texts.count("(b)") == 1
    assert "labelloc=b" in picture.dot
    with pytest.raises(InputError, match="did you mean 'fig"):
        figure("fig2c")


@pytest.mark.parametrize("name", FIGURES)
def test_golden(golden, name):
    golden(f"viz/{name}.dot", figure(name).dot)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    assert run(["figures", "fig2a", "fig4", "-o", "out/figures"]) == 0
    assert sorted(p.name for p in (tmp_path / "out/figures").iterdir()) == [
        f"{n}.{f}" for n in ("fig2a", "fig4") for f in ("pdf", "png", "svg")
    ]
    assert "Fig. 4: DP-block A" in capsys.readouterr().out
    assert "Fig. 4" not in "".join((tmp_path / "out/figures/fig4.svg").read_text(encoding="utf-8").split("</desc>")[1:])
    assert run(["figures", "fig4", "--caption", "--to", "svg", "-o", "c"]) == 0
    assert ">Fig. 4: DP-block A, two paths" in (tmp_path / "c/fig4.svg").read_text(encoding="utf-8")
    capsys.readouterr()
    assert run(["figures", "fig44"]) == 1
    assert "unknown figure 'fig44'; did you mean 'fig4'?" in capsys.readouterr().err
    assert run(["figures", "--blocks", "out"]) == 1
    assert "out has no folder blocks/" in capsys.readouterr().err
    (tmp_path / "taken").write_text("", encoding="utf-8")
    assert run(["figures", "-o", "taken", "--to", "dot"]) == 1
    assert "taken is a file, not a folder" in capsys.readouterr().err
    assert not (tmp_path / "figures").exists()
