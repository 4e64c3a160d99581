"""A compiled network is an ordinary module: it prints, copies, pickles, compiles, exports and moves."""

import copy
import io
import pickle

import pytest
import torch
from graphs import Builder, block, chain
from torch import fx, nn

from archdsl.compilers.torch import compile
from archdsl.errors import BackendError, InputError
from archdsl.exact.grid import Grid
from archdsl.ops.operator import Shape

TREE = """\
PNet(
  (stem): conv3x3(
    (conv): Conv2d(3, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)
    (norm): BatchNorm2d(8, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    (relu): ReLU(inplace=True)
  )
  (dp_a_3): dp_a(
    (k5): path(
      (1): Scope(
        (conv): Conv2d(4, 4, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2), groups=4, bias=False)
      )
    )
  )
  (shift): Shift(8, kernel=3, dilation=1)
  (forward_): Conv2d(8, 8, kernel_size=(1, 1), stride=(1, 1))
  (shuffle): ChannelShuffle(groups=2)
  (pool): AdaptiveAvgPool2d(output_size=(1, 1))
  (dropout): Dropout(p=0.5, inplace=False)
  (fc): Linear(in_features=8, out_features=10, bias=True)
)"""

CODE = """\
def forward(self, x):
    stem = self.stem._modules
    stem_conv = stem["conv"](x);  x = None
    stem_norm = stem["norm"](stem_conv);  stem_conv = None
    stem_relu = stem["relu"](stem_norm);  stem_norm = None
    dp_a_3_split = torch.narrow(stem_relu, 1, 0, 4)
    dp_a_3_rest = torch.narrow(stem_relu, 1, 4, 4)
    dp_a_3 = self.dp_a_3._modules
    dp_a_3_k5_ = dp_a_3["k5"]._modules
    dp_a_3_k5__1 = dp_a_3_k5_["1"]._modules
    dp_a_3_k5_1_conv = dp_a_3_k5__1["conv"](dp_a_3_split);  dp_a_3_split = None
    dp_a_3_k5 = torch.cat([dp_a_3_k5_1_conv, dp_a_3_rest], 1);  dp_a_3_k5_1_conv = dp_a_3_rest = None
    shift = self.shift(dp_a_3_k5);  dp_a_3_k5 = None
    forward_ = self.forward_(shift)
    add = forward_ + shift;  forward_ = shift = None
    add_1 = add + stem_relu;  add = stem_relu = None
    shuffle = self.shuffle(add_1);  add_1 = None
    pool = self.pool(shuffle);  shuffle = None
    flatten = torch.flatten(pool, 1);  pool = None
    dropout = self.dropout(flatten);  flatten = None
    fc = self.fc(dropout);  dropout = None
    return fc"""


def example():
    """A small network with every kind of node: scopes, numbers as names, functions, an operator without a torch module."""
    build = Builder((3, 16, 16), "P-Net")
    stem = (block("stem", "conv3x3"), block("stem", "conv_norm"))
    build("stem.conv", "conv", out=8, kernel=3, stride=2, scope=stem)
    build("stem.norm", "norm", scope=stem)
    x = build("stem.relu", "relu", scope=stem)
    outer = (block("dp_a_3", "dp_a"), block("dp_a_3.k5", "k5", "path"))
    build("dp_a_3.split", "slice", x, start=0, stop=4, scope=outer[:1])
    build("dp_a_3.rest", "slice", x, start=4, stop=8, scope=outer[:1])
    build("dp_a_3.k5.1.conv", "conv", "dp_a_3.split", out=4, kernel=5, groups=4, scope=outer)
    build("dp_a_3_k5", "concat", "dp_a_3.k5.1.conv", "dp_a_3.rest")
    build("shift", "shift")
    build("forward", "conv", out=8, bias=True)
    build("add", "add", "forward", "shift", x)
    build("shuffle", "shuffle", groups=2)
    build("pool", "adaptive_pool")
    build("flatten", "flatten")
    build("dropout", "dropout")
    build("fc", "linear", out=10)
    return build.graph


@pytest.fixture(scope="module")
def network():
    return compile(example()).eval()


@pytest.fixture
def image():
    return torch.randn(2, 3, 16, 16)


def test_prints_its_tree_and_code(network):
    assert str(network) == repr(network) == TREE
    assert network.code.strip() == CODE


def test_state_dict_keys_are_names_of_nodes(network):
    assert list(network.state_dict()) == [
        "stem.conv.weight",
        "stem.norm.weight",
        "stem.norm.bias",
        "stem.norm.running_mean",
        "stem.norm.running_var",
        "stem.norm.num_batches_tracked",
        "dp_a_3.k5.1.conv.weight",
        "forward_.weight",
        "forward_.bias",
        "fc.weight",
        "fc.bias",
    ]


def saved(module):
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


COPIES = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda module: pickle.loads(pickle.dumps(module)),
    "torch.save": saved,
    "pickle of deepcopy of pickle": lambda m: pickle.loads(pickle.dumps(copy.deepcopy(pickle.loads(pickle.dumps(m))))),
}


@pytest.mark.parametrize("how", COPIES)
def test_copies_are_whole(how, network, image):
    copied = COPIES[how](network)
    assert str(copied) == TREE
    assert copied.code == network.code
    assert type(copied).__name__ == "PNet"
    assert not copied.training
    assert torch.equal(copied(image), network(image))
    meanings = [[node.meta.get("archdsl") for node in module.graph.nodes] for module in (network, copied)]
    assert meanings[0] == meanings[1]


def test_a_deep_copy_shares_no_weights(network, image):
    copied = copy.deepcopy(network)
    before = network(image)
    with torch.no_grad():
        for parameter in copied.parameters():
            parameter.zero_()
    assert torch.equal(network(image), before)


def test_state_dict_round_trip(network, image, tmp_path):
    torch.save(network.state_dict(), tmp_path / "weights.pt")
    other = compile(example()).eval()
    assert not torch.equal(other(image), network(image))
    other.load_state_dict(torch.load(tmp_path / "weights.pt"))
    assert torch.equal(other(image), network(image))


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_torch_compile(backend, network, image):
    compiled = torch.compile(network, backend=backend, fullgraph=True)
    torch.testing.assert_close(compiled(image), network(image))


def test_torch_compile_trains(image):
    network = compile(example())
    torch.compile(network, backend="aot_eager", fullgraph=True)(image).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_torch_export_with_dynamic_batch(network, image):
    exported = torch.export.export(network, (image,), dynamic_shapes={"x": {0: torch.export.Dim("batch")}})
    assert set(exported.state_dict) == set(network.state_dict())
    more = torch.randn(5, 3, 16, 16)
    torch.testing.assert_close(exported.module()(more), network(more))


def test_moves_to_another_type(network, image):
    assert copy.deepcopy(network).to(torch.float64)(image.double()).dtype == torch.float64
    assert copy.deepcopy(network).bfloat16()(image.bfloat16()).dtype == torch.bfloat16


def test_modes(network, image):
    module = copy.deepcopy(network)
    assert torch.equal(module(image), module(image))
    module.train()
    assert all(m.training for m in module.modules())
    mean = module.stem.norm.running_mean.clone()
    module(image)
    assert not torch.equal(module.stem.norm.running_mean, mean)
    module.eval()
    assert not any(m.training for m in module.modules())


def test_data_parallel(network, image):
    torch.testing.assert_close(nn.DataParallel(network)(image), network(image))
    replica = network._replicate_for_data_parallel()  # what a machine with GPUs would call
    torch.testing.assert_close(replica(image), network(image))


def test_edits_of_the_fx_graph_survive_a_pickle(network, image):
    module = copy.deepcopy(network)
    node = next(n for n in module.graph.nodes if n.target == "dropout")
    node.replace_all_uses_with(node.args[0])
    module.graph.erase_node(node)
    module.recompile()
    loaded = pickle.loads(pickle.dumps(module))
    assert "dropout" not in loaded.code
    assert torch.equal(loaded(image), network(image))


def test_submodules_can_be_replaced(network, image):
    module = copy.deepcopy(network)
    module.stem.conv = nn.Conv2d(3, 8, 3, 2, 1)
    assert not torch.equal(module(image), network(image))


def test_fx_tools_take_it(network, image):
    assert torch.equal(fx.Interpreter(network).run(image), network(image))
    assert torch.equal(fx.symbolic_trace(network)(image), network(image))


@pytest.mark.parametrize(("word", "arguments"), [("relu", {}), ("silu", {}), ("hswish", {}), ("leaky_relu", {"slope": 0.3})])
def test_the_image_is_never_overwritten(word, arguments):
    network = compile(chain((3, 4, 4), (word, arguments)))
    image = torch.randn(1, 3, 4, 4)
    before = image.clone()
    network(image)
    assert torch.equal(image, before)


def grid_of(shape: Shape) -> Builder:
    build = Builder(shape)
    build("conv", "relu")
    return build


def test_a_grid_is_refused_by_the_names_of_its_knobs():
    build = grid_of((3, Grid.of([32, 64], "resolution"), 32))
    with pytest.raises(InputError, match=r"torch compiles one network, but knob 'resolution' holds several values; choose one"):
        compile(build.graph)


def test_a_grid_inside_an_operator_is_refused():
    build = Builder((3, 32, 32))
    kernel = Grid.of([3, 5], "kernels")
    build("conv", "conv", out=8, kernel=[kernel, kernel])
    with pytest.raises(InputError, match="knob 'kernels'"):
        compile(build.graph)


def test_a_symbol_is_refused():
    class Symbol:
        def __repr__(self) -> str:
            return "C/2"

    build = grid_of((Symbol(), 8, 8))
    with pytest.raises(BackendError, match=r"the shape of 'input' is \(C/2, 8, 8\)"):
        compile(build.graph)


def test_weights_that_no_machine_holds_are_refused_before_they_are_made():
    graph = chain((1000, 4, 4), ("conv", {"out": 10**9}))
    with pytest.raises(BackendError, match=r"the weights take 3,725\.3 GiB as float32, this machine has"):
        compile(graph)
