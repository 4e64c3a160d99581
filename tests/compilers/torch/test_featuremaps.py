"""Feature maps: the right layer, the right values, the right picture of what came in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

import archdsl
from archdsl.compilers.torch.featuremaps import feature_maps, first_residual, layer_named, read_image
from archdsl.errors import InputError


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small picture with edges and areas."""
    path = tmp_path_factory.mktemp("images") / "house.png"
    image = Image.new("RGB", (80, 60), (120, 170, 230))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 40, 80, 60), fill=(80, 140, 60))
    pen.polygon([(15, 40), (30, 18), (45, 40)], fill=(180, 60, 40))
    pen.ellipse((58, 5, 72, 19), fill=(250, 220, 70))
    image.save(path)
    return path


def test_an_image_is_cut_to_its_middle_and_normalised(tmp_path: Path) -> None:
    image = Image.new("RGB", (96, 32), (0, 0, 0))
    image.paste((255, 0, 0), (32, 0, 64, 32))  # the middle third
    image.save(tmp_path / "a.png")
    pixels = read_image(tmp_path / "a.png", (3, 32, 32))
    assert pixels.shape == (1, 3, 32, 32)
    inner = pixels[0, :, 4:-4, 4:-4]
    wanted = [(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    assert torch.allclose(inner.mean((1, 2)), torch.tensor(wanted), atol=1e-4)


def test_grey_networks_take_colour_images(photo: Path) -> None:
    assert read_image(photo, (1, 28, 20)).shape == (1, 1, 28, 20)


def test_images_that_are_none(tmp_path: Path, photo: Path) -> None:
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "half.png").write_bytes(photo.read_bytes()[:120])
    for name, message in (("none.png", "no such file"), ("text.png", "PNG, JPEG"), ("half.png", "cannot be read as an image")):
        with pytest.raises(InputError, match=message):
            read_image(tmp_path / name, (3, 8, 8))
    with pytest.raises(InputError, match="cannot be read as an image"):
        read_image(tmp_path, (3, 8, 8))
    with pytest.raises(InputError, match="no image of one or three channels"):
        read_image(photo, (16, 8, 8))


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("resnet50", "stage0.bottleneck_1x3x1_1.relu"),  # the layer of Fig. 1
        ("resnet18", "stage0.basic_1.relu"),
        ("dpnet", "dp_a_1.transition.norm"),
        ("mobilenet_v3", "bneck_1.add"),
        ("vgg16", None),
        ("vit_small", None),
    ],
)
def test_the_first_residual_block_ends_here(name: str, layer: str | None) -> None:
    graph = archdsl.load(name).graph()
    found = first_residual(graph)
    assert len(graph[found].shape) == 3
    assert layer in (None, found)


def test_layers_by_name() -> None:
    graph = archdsl.load("dpnet").graph()
    assert layer_named(graph, "dp_a_3.k5.depthwise.conv") == "dp_a_3.k5.depthwise.conv"
    assert layer_named(graph, "dp_a_3") == "dp_a_3.transition.norm"
    with pytest.raises(InputError, match=r"DP-Net: unknown layer 'dp_a_33'; did you mean 'dp_a_3'\?"):
        layer_named(graph, "dp_a_33")
    with pytest.raises(InputError, match="unknown layer 'zzzzzzzz'; known: conv3x3, "):
        layer_named(graph, "zzzzzzzz")
    with pytest.raises(InputError, match=r"'classifier\.linear' gives 1000, which are no feature maps"):
        layer_named(graph, "classifier.linear")


def test_maps_are_those_of_the_module(photo: Path) -> None:
    """Against a hook of torch on the layer itself; a relu behind it that works in place must not change what was kept."""
    net = archdsl.load("resnet18", resolution=64)
    torch.manual_seed(0)
    graph, module = net.graph(), net.module()
    image = read_image(photo, graph.input.shape)
    kept: list[np.ndarray] = []
    layer = "stage0.basic_1.learned.conv_norm_1.norm"
    module.get_submodule(layer).register_forward_hook(lambda _, inputs, output: kept.append(output[0].detach().numpy().copy()))
    module.eval()
    with torch.no_grad():
        module(image)
    module.train()
    found = feature_maps(graph, module, image, layer)
    assert module.training
    assert np.array_equal(found, kept[0])
    assert (found < 0).any()
    assert found.shape == graph[layer].shape
