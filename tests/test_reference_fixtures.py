"""What the comparison with references sees, and what its generator refuses: on small networks written here."""

import runpy
from pathlib import Path

import pytest
import references
import torch
from filled import Input
from torch import nn

MEASURE = runpy.run_path(str(Path(__file__).parent / "fixtures" / "make_reference.py"))["measure"]


class Small(nn.Module):
    """Two inputs, two outputs, and layers of many kinds."""

    def __init__(self, eps=1e-5, second_first=False):
        super().__init__()
        self.second_first = second_first
        self.conv = nn.Conv2d(3, 8, 3, groups=1, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8, eps)
        self.one, self.two = nn.Linear(8, 8), nn.Linear(8, 8)
        self.words = nn.Embedding(11, 8)
        self.recurrent = nn.LSTM(8, 8, batch_first=True)
        self.gain = nn.Parameter(torch.ones(8))

    def forward(self, image, ids):
        vector = torch.relu(self.norm(self.conv(image))).mean((2, 3)) * self.gain
        if self.second_first:
            two = self.two(vector)
            one = self.one(vector)
        else:
            one = self.one(vector)
            two = self.two(vector)
        last = self.recurrent(self.words(ids))[0][:, -1]
        return {"a": one - 2 * two, "b": last @ self.words.weight.T}


INPUTS = [Input((3, 6, 5)), Input((4,), 11)]


@pytest.fixture
def source(tmp_path):
    """A file with a network, as the generator takes it."""
    path = tmp_path / "small.py"
    path.write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from {Path(__file__).stem} import Small as network\n"
    )
    return str(path)


@pytest.fixture
def reference(source):
    return MEASURE(source, INPUTS, [], {}, {}, "small")


def test_the_same_network_gives_the_same(reference, tmp_path, monkeypatch):
    monkeypatch.setattr(references, "FIXTURES", tmp_path)
    (tmp_path / "small.json").write_text(references.text(reference))
    read = references.read("small")
    assert read == reference
    assert [output.name for output in read.outputs] == ["a", "b"]
    assert references.difference(Small(), read) < references.TOLERANCE


def test_counts_are_those_of_the_layers(reference):
    recurrent = 4 * 2 * 4 * 8 * 8  # tokens, weights of the input and the state, gates
    assert reference.macs == 30 * 3 * 8 * 9 + 2 * 64 + recurrent + 8 * 11
    assert reference.params == 216 + 16 + 8 + 2 * 72 + 88 + 2 * 4 * 8 * 8 + 2 * 4 * 8


def test_a_slightly_wrong_epsilon_is_seen(reference):
    assert references.difference(Small(eps=1.01e-5), reference) > references.TOLERANCE


def test_another_order_needs_a_map(source, reference):
    assert references.difference(Small(second_first=True), reference) > 0.1
    names = [f"{layer}.{tensor}" for layer in ("one", "two") for tensor in ("weight", "bias")]
    mapped = MEASURE(source, INPUTS, [], {name: name for name in names}, {}, "small")
    assert references.difference(Small(second_first=True), mapped) < references.TOLERANCE
    with pytest.raises(AssertionError, match=r"the map names what is not there: three\.weight"):
        references.difference(Small(), mapped._replace(map={"three.weight": 2}))


def test_tensors_that_are_left_or_missing_are_named(reference):
    *most, last = reference.tensors
    with pytest.raises(AssertionError, match="no further tensor of shape"):
        references.difference(Small(), reference._replace(tensors=most))
    with pytest.raises(AssertionError, match=r"1 tensors of the reference have no counterpart, the first has the shape \(7,\)"):
        references.difference(Small(), reference._replace(tensors=[*most, last, ("bias", (7,))]))


def test_outputs_that_hardly_depend_on_the_input_are_refused(tmp_path):
    path = tmp_path / "constant.py"
    path.write_text(
        "from torch import nn, ones_like\n"
        "class Constant(nn.Linear):\n"
        "    def forward(self, image):\n"
        "        return super().forward(ones_like(image) + 1e-3 * image)\n"
        "def network():\n"
        "    return Constant(5, 5)\n"
    )
    with pytest.raises(AssertionError, match="output 0 hardly depends on the input"):
        MEASURE(str(path), [Input((5,))], [], {}, {}, "constant")
