"""Networks with several inputs and outputs in every back end: modules, source, ONNX, programs."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
import random_networks
import torch
from small import measured_peak
from torch import Tensor

import archdsl
from archdsl.compilers.export import Model, compare, export
from archdsl.compilers.names import input_names, output_names
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.optimized import optimized, weights_of
from archdsl.compilers.source import python_source
from archdsl.compilers.source.export import network
from archdsl.compilers.torch import compile as compile_graph
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.compilers.torch.settle import settle
from archdsl.cost.memory.peak import memory
from archdsl.errors import BackendError
from archdsl.measure.counting_tools import RUN, measure

TEXT = """
archdsl: 1
name: Two
input: {left: [3, 16, 16], y: [3, 16, 16]}
blocks:
  mix:
    inputs: [a, b]
    outputs: [x, y]
    args: {out: int}
    body:
      - {conv: {out: $out, kernel: 3}, as: x}
      - {conv: {out: $out, kernel: 3}, from: b}
      - norm
      - {relu: , as: r}
      - {add: , from: [x, r], as: y}
net:
  - {mix: {out: 8}, from: [left, y], as: [p, q]}
  - {mix: {out: 8}, from: [p, q], as: [p2, q2]}
  - {mix: {out: 8}}
  - {concat: , as: m}
  - {identity: , as: n}
  - norm
  - {relu: , as: e}
outputs: OUTPUTS
"""
NAMED, LISTED = "{p: p2, y: q2, m: m, n: n, e: e}", "[left, p2, q2, m, e]"
APART = "{p: p2, y: q2, m: m, e: e}"  # OpenVINO takes no tensor for two outputs


def model(outputs: str = NAMED) -> Model:
    net = archdsl.loads(TEXT.replace("OUTPUTS", outputs))
    torch.manual_seed(3)
    module = net.module().eval()
    settle(module, net.graph())
    return Model(net.graph(), module)


def run(found: Model) -> dict[str, Tensor] | tuple[Tensor, ...]:
    with torch.no_grad():
        return found.module(*batch_of(found.graph, 2, torch.Generator().manual_seed(5)))  # type: ignore[no-any-return]


def test_what_a_module_takes_and_returns() -> None:
    by_name, listed = run(model()), run(model(LISTED))
    assert isinstance(by_name, dict)
    assert list(by_name) == ["p", "y", "m", "n", "e"]
    assert {name: tuple(tensor.shape) for name, tensor in by_name.items()} == {
        **dict.fromkeys(["p", "y"], (2, 8, 16, 16)),
        **dict.fromkeys(["m", "n", "e"], (2, 16, 16, 16)),
    }
    assert isinstance(listed, tuple)
    assert all(map(torch.equal, listed[1:], [by_name[name] for name in ("p", "y", "m", "e")]))
    taken = dict(zip(["left", "y"], batch_of(model().graph, 2, torch.Generator().manual_seed(5)), strict=True))
    with torch.no_grad():
        assert torch.equal(model().module(**taken)["e"], by_name["e"])
    (alone,) = in_order(run(model("e")))
    assert torch.equal(alone, by_name["e"])


@pytest.mark.parametrize("outputs", [NAMED, LISTED, "e", "[e]"])
def test_source(outputs: str, tmp_path: Path) -> None:
    found = model(outputs)
    path = tmp_path / "net.py"
    path.write_text(python_source(found.graph), encoding="utf-8")
    written = network(path.read_text(encoding="utf-8")).eval()
    written.load_state_dict(found.module.state_dict())
    wanted, came = run(found), run(Model(found.graph, written))
    assert type(came) is type(wanted)
    assert all(map(torch.equal, in_order(came), in_order(wanted)))
    if isinstance(wanted, dict):
        assert list(came) == list(wanted)
        done = subprocess.run([sys.executable, "-m", "mypy", "--strict", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("outputs", [NAMED, LISTED])
def test_onnx_that_is_written_directly(outputs: str, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    found = model(outputs)
    made = onnx_model(found.graph, weights_of(found.graph, found.module))
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    assert [port.name for port in session.get_inputs()] == ["left", "y"]
    assert [port.name for port in session.get_outputs()] == output_names(found.graph)
    given = dict(zip(input_names(found.graph), batch_of(found.graph, 2, torch.Generator().manual_seed(5)), strict=True))
    came = session.run(None, {name: tensor.numpy() for name, tensor in given.items()})
    for one, other in zip(came, in_order(run(found)), strict=True):
        torch.testing.assert_close(torch.from_numpy(one), other, rtol=1e-4, atol=1e-5)


def test_a_name_that_an_input_has_too() -> None:
    assert output_names(model().graph) == ["p", "y_out", "m", "n", "e"]
    assert output_names(model(LISTED).graph) == ["left_out", "p2", "q2", "m", "e"]


@pytest.mark.parametrize("outputs", [NAMED, LISTED])
def test_passes_keep_every_output(outputs: str) -> None:
    found = model(outputs)
    made, _ = optimized(found)
    assert list(made.graph.outputs) == list(found.graph.outputs)
    assert len(made.graph) < len(found.graph)
    for one, other in zip(in_order(run(made)), in_order(run(found)), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("seed", range(8))
def test_any_nodes_may_be_outputs(seed: int) -> None:
    """Random networks that return random nodes, some of them read by others: in source, in ONNX and rewritten for inference."""
    graph = random_networks.network(seed)
    chosen = random.Random(seed).sample([node.name for node in graph if node.inputs], 4)
    graph.outputs, graph.returns = {f"out{index}": name for index, name in enumerate(chosen)}, "dict"
    module = compile_graph(graph).eval()
    settle(module, graph)
    found = Model(graph, module)
    written = network(python_source(graph)).eval()
    missing = written.load_state_dict(module.state_dict(), strict=False)  # weights that are shared have one name here, two there
    assert not missing.unexpected_keys
    assert {key.rpartition(".")[0] for key in missing.missing_keys} <= {node.name for node in graph if node.shared}
    wanted = run(found)
    assert all(map(torch.equal, in_order(run(Model(graph, written))), in_order(wanted)))
    for one, other in zip(in_order(run(optimized(found)[0])), in_order(wanted), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)
    onnxruntime = pytest.importorskip("onnxruntime")
    made = onnx_model(graph, weights_of(graph, module)).SerializeToString()
    session = onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])
    (image,) = batch_of(graph, 2, torch.Generator().manual_seed(5))
    for one, other in zip(session.run(None, {"x": image.numpy()}), in_order(wanted), strict=True):
        torch.testing.assert_close(torch.from_numpy(one), other, rtol=1e-3, atol=1e-4)
    assert memory(graph).peak_activation_bytes == measured_peak(module, image[:1].clone())


ENDINGS = {"pt2": "pt2", "onnx": "onnx", "openvino": "xml"}


@pytest.mark.parametrize("to", ENDINGS)
def test_exports(to: str, tmp_path: Path) -> None:
    for library in {"onnx": ["onnx", "onnxscript", "onnxruntime"], "openvino": ["openvino"]}.get(to, []):
        pytest.importorskip(library)
    checked = export(model(APART), to, tmp_path / f"net.{ENDINGS[to]}")
    assert list(checked.differences) == ["p", "y", "m", "e"]
    assert checked.inputs == ((1, 3, 16, 16), (1, 3, 16, 16), (3, 3, 16, 16), (3, 3, 16, 16))


def test_each_output_is_compared() -> None:
    found = model()
    right = in_order(run(found))

    def wrong(*given: Tensor) -> tuple[Tensor, ...]:
        with torch.no_grad():
            outputs = in_order(found.module(*given))
        return (*outputs[:2], outputs[2] * 1.5, *outputs[3:])

    differences = compare(found, wrong)[1]
    assert differences["m"] > 0.1
    assert {name for name, value in differences.items() if value} == {"m"}
    with pytest.raises(BackendError, match="gives 4 outputs where the network gives 5"):
        compare(found, lambda *given: right[:4])


@pytest.mark.parametrize("tool", sorted(RUN))
def test_tools_count_as_we_do(tool: str) -> None:
    pytest.importorskip(RUN[tool][0])
    net = archdsl.loads(TEXT.replace("OUTPUTS", NAMED))
    assert measure(tool, net.module(), *[tuple(node.shape) for node in net.graph().inputs]) == int(net.cost().count(tool).total)
