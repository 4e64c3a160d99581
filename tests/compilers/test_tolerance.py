"""How far an export may be from its network: as far as float32 makes it, while a single wrong weight is still found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from random_networks import with_dead_ends
from safetensors.torch import save_file
from small import compiled, small

import archdsl
from archdsl.artifacts import spares
from archdsl.compilers.export import FLOOR, ROUNDINGS, Model, Run, backend, distance_of_float32, export
from archdsl.compilers.source import python_source
from archdsl.compilers.source.export import network
from archdsl.compilers.torch.batches import batch_of
from archdsl.compilers.torch.shared import everywhere
from archdsl.errors import BackendError, InputError

CANCELS = """
archdsl: 1
input: [3, 16, 16]
net:
  - {conv: {out: 8, kernel: 3, bias: true}, name: far}
  - {norm: {eps: 1e-5}, name: back}
  - relu
  - {conv: {out: 8, kernel: 3}, name: more}
  - pool
  - linear: 10
"""


def _model(offset: float) -> Model:
    """A network whose first bias is taken away again by the statistics of a norm, so that float32 loses what the image adds to it."""
    torch.manual_seed(0)
    net = archdsl.loads(CANCELS.replace("archdsl: 1\n", "archdsl: 1\nimport: [blocks/mobile]\n"))
    module = net.module().eval()
    state = module.state_dict()
    state["far.bias"].fill_(offset)
    state["back.running_mean"].fill_(offset)
    return Model(net.graph(), module)


def _spoil(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """What the back end of Python source reads gives other outputs."""
    chosen = backend("python")
    real = chosen.read

    def read(path: Path) -> Run:
        run = real(path)
        return lambda image: (change(lambda given: run(given)[0], image),)

    monkeypatch.setattr(chosen, "read", read)


def test_the_distance_of_float32() -> None:
    near, far = _model(0), _model(3e4)
    before = {name: tensor.clone() for name, tensor in far.module.state_dict().items()}
    assert max(distance_of_float32(near).values()) < 2e-6
    assert max(distance_of_float32(far).values()) > 2e-4
    assert all(torch.equal(tensor, before[name]) for name, tensor in far.module.state_dict().items())
    assert all(tensor.dtype is before[name].dtype for name, tensor in far.module.state_dict().items())


def test_the_distance_is_that_of_all_batches_that_are_compared() -> None:
    model = _model(1)
    (first,) = distance_of_float32(model, (1,)).values()
    (both,) = distance_of_float32(model, (1, 64)).values()
    assert both > 1.2 * first


def test_as_far_as_float32_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A runtime that computes in float64 is right, although the module in float32 is more than 1e-4 away from it."""
    model = _model(3e4)
    exact = _model(3e4).module.double()
    _spoil(monkeypatch, lambda run, image: exact(image.double()).detach())
    checked = export(model, "python", tmp_path / "net.py")
    assert 2e-4 < checked.largest_difference < 3 * checked.rounding
    assert checked.tolerance == FLOOR + ROUNDINGS * checked.rounding


def test_what_float32_does_not_explain_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = _model(0).module.double()
    _spoil(monkeypatch, lambda run, image: exact(image.double()).detach() + 5e-5)
    with pytest.raises(
        BackendError, match=r"by 2\.\de-04 .*, and the network in float32 by \d\.\de-07 from itself in float64, so 2\.\de-05"
    ):
        export(_model(0), "python", tmp_path / "net.py")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["far.weight", "back.weight", "more.weight", "linear.bias"])
def test_one_wrong_weight_is_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A single number that is a tenth too large, in a network of ordinary size."""
    wrong = _model(1).module
    tensor = wrong.state_dict()[name].flatten()
    tensor[tensor.abs().argmax()] *= 1.1
    _spoil(monkeypatch, lambda run, image: wrong(image).detach())
    with pytest.raises(BackendError, match="nothing was kept"):
        export(_model(1), "python", tmp_path / "net.py")


@pytest.mark.parametrize(
    ("pool", "named"),
    [
        ("{avgpool: {kernel: 3, stride: 2, padding: 1, ceil: true}, name: second}", True),
        ("{maxpool: {kernel: 2, stride: 2, ceil: true}, name: second}", False),
    ],
)
def test_openvino_names_the_pooling_that_it_takes_for_another(pool: str, named: bool, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    net = archdsl.loads(f"archdsl: 1\ninput: [3, 16, 16]\nnet:\n  - conv: 4\n  - {pool}\n  - flatten\n")
    model = Model(net.graph(), net.module().eval())
    if not named:
        assert export(model, "openvino", tmp_path / "net.xml").files
        return
    with pytest.raises(BackendError, match=r"cannot express the avgpool with 'ceil' 'second' \(.*:5:6\)"):
        export(model, "openvino", tmp_path / "net.xml")


def test_onnx_files_say_nothing_of_this_machine(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    model = _model(1)
    export(model, "onnx", tmp_path / "net.onnx")
    content = (tmp_path / "net.onnx").read_bytes()
    assert b"site-packages" not in content
    assert str(Path(torch.__file__).parent).encode() not in content
    assert str(Path.cwd()).encode() not in content


# -- what nothing reads ------------------------------------------------------------------------------------------------------------

DEAD = """
archdsl: 1
input: [3, 16, 16]
blocks:
  head: {args: {out: int}, body: [{conv: $out}, relu]}
net:
  - {conv: 8, as: x}
  - {head: 4, name: a}
  - stage: heads
    body:
      - {head: 4, from: x, repeat: 3}
      - {conv: 6, name: c, from: x}
  - {conv: 2, from: x, name: b}
"""


def _same_source(graph: Any) -> None:
    module = compiled(graph).eval()
    written = network(python_source(graph)).eval()
    written.load_state_dict(everywhere(written, module.state_dict()))
    images = batch_of(graph, 2)
    with torch.no_grad():
        assert torch.equal(module(*images), written(*images))


def test_an_input_that_nothing_reads_has_source() -> None:
    _same_source(archdsl.loads("input: {left: [3, 8, 8], right: [3, 8, 8]}\nnet: [{conv: 8}, relu]\n").graph())


def test_blocks_and_stages_that_nothing_reads_have_source() -> None:
    _same_source(archdsl.loads(DEAD).graph())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["googlenet", "dpnet", "vit_small", "shufflenet_v2"])
def test_source_of_networks_with_dead_ends(name: str, seed: int) -> None:
    _same_source(with_dead_ends(lambda _: small(name).graph(), seed))


# -- what is read is not written over ----------------------------------------------------------------------------------------------


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    net = archdsl.loads(CANCELS.replace("archdsl: 1\n", "archdsl: 1\nimport: [blocks/mobile]\n"))
    for name, target in (
        ("net.safetensors", "net.py"),
        ("net.py", "net.py"),
        ("net.bin", "net.xml"),
        ("net.onnx.data", "net.onnx"),
        ("net.pt2", "net.pt2"),
    ):
        (tmp_path / name).write_bytes(b"mine")
        with pytest.raises(InputError, match=f"{name} is read, and would be overwritten"):
            net.export(tmp_path / target, weights=tmp_path / name)
        assert (tmp_path / name).read_bytes() == b"mine"
    (tmp_path / "link.pt").symlink_to(tmp_path / "net.py")
    with pytest.raises(InputError, match="is read"):
        spares([tmp_path / "net.py"], [None, tmp_path / "link.pt"])
    spares([tmp_path / "net.py"], [None, tmp_path / "other.pt"])


def test_weights_beside_a_form_that_writes_none_there_are_read(tmp_path: Path) -> None:
    """A spec that was imported with its weights goes to ONNX under the same name."""
    net = archdsl.loads("archdsl: 1\ninput: [3, 8, 8]\nnet: [{conv: {out: 4, kernel: 3}}]")
    weights = tmp_path / "net.safetensors"
    save_file(net.module().state_dict(), weights)
    kept = weights.read_bytes()
    net.export(tmp_path / "net.onnx", weights=weights)
    assert (tmp_path / "net.onnx").exists()
    assert weights.read_bytes() == kept
