"""Exports are run and compared before they count; nothing is left of one that is wrong."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import archdsl
from archdsl.compilers import export as exports
from archdsl.compilers.export import Model, Run, backend, compare, export
from archdsl.compilers.forms import FORMS
from archdsl.errors import BackendError, InputError

SPEC = """
archdsl: 1
name: Tiny
import: [blocks/mobile, blocks/partial]
input: [3, 32, 32]
net:
  - {conv3x3: {out: 16, s: 2, nl: hswish}}
  - {dp_b: {exp: 32, out: 24, se: true, nl: hswish, s: 2}}
  - {dp_a: {exp: 48, out: 24, nl: relu}}
  - {shuffle: 4}
  - {maxpool: {kernel: 3, stride: 2, padding: 1}}
  - pool
  - {dropout: 0.2}
  - {linear: 10}
"""


@pytest.fixture(scope="module")
def model() -> Model:
    torch.manual_seed(0)
    net = archdsl.loads(SPEC)
    module = net.module().eval()
    for norm in module.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.running_mean.normal_(0, 0.1)
            norm.running_var.uniform_(0.5, 1.5)
    return Model(net.graph(), module, "Tiny")


FILES = {
    "python": ["tiny.py", "tiny.safetensors"],
    "onnx": ["tiny.onnx"],
    "pt2": ["tiny.pt2"],
    "openvino": ["tiny.xml", "tiny.bin"],
    "executorch": ["tiny.pte"],
}


@pytest.mark.parametrize("to", FORMS)
def test_exported(to: str, model: Model, tmp_path: Path) -> None:
    if to == "executorch":
        pytest.importorskip("executorch")  # larger than the other libraries together
    path = tmp_path / FILES[to][0]
    checked = export(model, to, path)
    assert [file.name for file in checked.files] == FILES[to]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(FILES[to])
    assert checked.inputs == ((1, 3, 32, 32), (3, 3, 32, 32))
    assert checked.largest_difference <= checked.tolerance < 5e-5
    image = torch.randn(5, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(backend(to).read(path)(image)[0], model.module(image), atol=1e-5)
    assert export(model, to, path).files == checked.files  # over the earlier one


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (lambda y: y + 1e-2, "differs from the network by"),
        (lambda y: y * float("nan"), "differs from the network by nan of its output's size"),
        (lambda y: y[:, :3], r"gives \(1, 3\) where the network gives \(1, 10\)"),
    ],
)
def test_what_differs_is_not_kept(changed: Any, message: str, model: Model, tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "tiny.py"
    path.write_text("earlier")
    chosen = backend("python")
    real = chosen.read

    def wrong(path: Path) -> Run:
        run = real(path)
        return lambda image: (changed(run(image)[0]),)

    monkeypatch.setattr(chosen, "read", wrong)
    with pytest.raises(BackendError, match=message):
        export(model, "python", path)
    assert [file.name for file in tmp_path.iterdir()] == ["tiny.py"]
    assert path.read_text() == "earlier"


def test_batches_are_random_and_of_several_sizes(model: Model) -> None:
    seen: list[torch.Tensor] = []

    def run(image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        seen.append(image)
        with torch.no_grad():
            return (model.module(image),)

    assert compare(model, run) == (((1, 3, 32, 32), (3, 3, 32, 32)), {"output": 0.0})
    assert all(image.std() > 0.9 for image in seen)


def test_a_folder_is_no_file(model: Model, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; name a file"):
        export(model, "python", tmp_path)


@pytest.mark.parametrize(
    ("to", "package"), [("onnx", "onnxscript"), ("onnx", "onnxruntime"), ("openvino", "openvino"), ("executorch", "executorch")]
)
def test_missing_package(to: str, package: str, model: Model, tmp_path: Path, monkeypatch: Any) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **options: Any) -> Any:
        if name.split(".")[0] == package:
            raise ModuleNotFoundError(name, name=name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", absent)
    if package == "onnxruntime":
        monkeypatch.setattr(exports.backend("onnx"), "write", lambda model, path: path.write_bytes(b""))
    with pytest.raises(BackendError, match=rf"export to {to} needs .* pip install 'archdsl\[{to}\]'"):
        export(model, to, tmp_path / f"tiny{FORMS[to].suffix}")
    assert not list(tmp_path.iterdir())


def test_refusal_is_explained(model: Model, tmp_path: Path) -> None:
    class Opaque(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * 2 if x.sum().item() > 0 else x

    for to in ("onnx", "pt2", "openvino"):
        with pytest.raises(BackendError, match=r"torch\.export cannot trace the network"):
            export(Model(model.graph, Opaque()), to, tmp_path / f"tiny{FORMS[to].suffix}")
    assert not list(tmp_path.iterdir())


def test_a_failure_names_operator_layer_and_line(tmp_path: Path) -> None:
    net = archdsl.loads("input: [4, 13, 13]\nnet:\n  - conv: 8\n  - adaptive_pool: {size: [5, 6], mode: max}\n", name="net.yaml")
    model = Model(net.graph(), net.module().eval())
    with pytest.raises(BackendError, match=r"at the adaptive_pool 'adaptive_pool' \(net\.yaml:4:5\): No ONNX function found"):
        export(model, "onnx", tmp_path / "net.onnx")


def test_a_failure_while_tracing_names_the_layer(tmp_path: Path) -> None:
    class Refusing(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x if x.sum().item() > 0 else x * 2

    net = archdsl.loads("input: [4, 13, 13]\nnet:\n  - conv: 8\n  - relu\n", name="net.yaml")
    module = net.module().eval()
    module.relu = Refusing()
    with pytest.raises(BackendError, match=r"at the relu 'relu' \(net\.yaml:4:5\): "):
        export(Model(net.graph(), module), "pt2", tmp_path / "net.pt2")


LISTEN = """
import os, sys
seen = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def hook(event, arguments):
    if event.startswith("socket."):
        os.write(seen, f"{event} {arguments[:2]}\\n".encode())
sys.addaudithook(hook)
from archdsl.cli.main import main
spec = sys.argv[1]
sys.argv = ["archdsl", "export", spec, "--to", "openvino", "-o", spec + ".xml"]
main()
"""


def test_openvino_reports_to_nobody(tmp_path: Path) -> None:
    """Telemetry runs in processes forked from ours, which write to the same file."""
    spec, seen, home = tmp_path / "tiny.yaml", tmp_path / "seen", tmp_path / "home"
    spec.write_text(SPEC)
    home.mkdir()
    outside = {name: value for name, value in os.environ.items() if name not in ("CI", "TF_BUILD", "JENKINS_URL")}
    done = subprocess.run(
        [sys.executable, "-c", LISTEN, str(spec), str(seen)], env={**outside, "HOME": str(home)}, capture_output=True, text=True
    )
    assert "largest difference" in done.stdout, done.stderr
    assert seen.read_text() == ""
    assert not (home / "intel").exists()


def test_executorch_takes_batches_up_to_its_bound(model: Model, tmp_path: Path) -> None:
    pytest.importorskip("executorch")
    path = tmp_path / "tiny.pte"
    export(model, "executorch", path)
    run = backend("executorch").read(path)
    image = torch.randn(64, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(run(image)[0], model.module(image), atol=1e-5)
    with pytest.raises(BackendError, match="takes batches of at most 64"):
        run(torch.randn(65, 3, 32, 32))


def test_activations_are_one_operator(model: Model, tmp_path: Path) -> None:
    import onnx

    path = tmp_path / "tiny.onnx"
    export(model, "onnx", path)
    graph = onnx.load(path).graph
    operators = {node.op_type for node in graph.node}
    assert operators >= {"Conv", "Relu", "HardSwish", "HardSigmoid", "Slice", "Concat", "Mul", "ReduceMean", "MaxPool", "Gemm"}
    assert not operators & {"Clip", "Div", "Where", "Cast"}  # of activations taken apart
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert [layer.inplace for layer in model.module.modules() if isinstance(layer, torch.nn.Hardswish)] == [True] * 5


POOLS = """
input: [2, 9, 11]
net:
  - fork:
    paths:
      - [{maxpool: {kernel: 4, stride: 4, padding: 2, ceil: true}}, flatten]
      - [{avgpool: {kernel: 4, stride: 4, padding: 2, ceil: true}}, flatten]
      - [{avgpool: {kernel: 4, stride: 4, padding: 2, ceil: true, count_padding: false}}, flatten]
      - [{avgpool: {kernel: 3, stride: 2, padding: 1, ceil: true}}, flatten]
    join: concat
"""


@pytest.fixture(scope="module")
def pools() -> Model:
    """Pooling whose last window would begin in the padding, along one axis alone."""
    net = archdsl.loads(POOLS)
    return Model(net.graph(), net.module().eval(), "Pools")


@pytest.mark.parametrize("to", ["onnx", "pt2"])
def test_pooling_that_rounds_up(to: str, pools: Model, tmp_path: Path) -> None:
    path = tmp_path / f"pools{FORMS[to].suffix}"
    assert export(pools, to, path).largest_difference < 1e-5
    if to == "onnx":
        import onnx

        onnx.checker.check_model(str(path), full_check=True)


@pytest.mark.parametrize("to", ["onnx", "pt2"])
def test_shared_weights_are_written_once(to: str, tmp_path: Path) -> None:
    net = archdsl.loads(
        "input: [4, 8, 8]\nnet: [{conv: {out: 4, kernel: 3}, share: a, repeat: 2}, {conv: {out: 4, kernel: 3, dilation: 2}, share: a}]\n"
    )
    path = tmp_path / f"shared{FORMS[to].suffix}"
    assert export(Model(net.graph(), net.module().eval(), "Shared"), to, path).largest_difference < 1e-5
    if to == "onnx":
        import onnx

        assert [list(tensor.dims) for tensor in onnx.load(path).graph.initializer] == [[4, 4, 3, 3]]
    else:
        assert len({tensor.data_ptr() for tensor in torch.export.load(path).state_dict.values()}) == 1


def test_what_the_checker_rejects_is_not_kept(pools: Model, tmp_path: Path, monkeypatch: Any) -> None:
    """ONNX Runtime runs this file, and gives the right output; ONNX says that it is none."""
    monkeypatch.setattr("archdsl.compilers.onnx.settle_pools", lambda made: None)
    with pytest.raises(BackendError) as caught:
        export(pools, "onnx", tmp_path / "pools.onnx")
    message = str(caught.value)
    assert message.startswith("onnx: ONNX's checker rejects what was written for maxpool of the layer ")
    assert ", line 6: Inferred shape and existing shape differ" in message
    assert not list(tmp_path.iterdir())
