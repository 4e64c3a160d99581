"""The quick way to compute grouped convolutions that comparisons with references use."""

import pytest
import torch
from grouped import Grouped
from torch.nn.functional import conv2d


@pytest.mark.parametrize(
    ("channels", "out", "kernel", "arguments"),
    [
        (6, 6, (3, 3), {"groups": 6, "padding": 1}),
        (6, 12, (5, 3), {"groups": 3, "padding": (2, 0), "stride": (2, 1)}),
        (8, 4, (3, 3), {"groups": 2, "dilation": 2, "stride": 3, "padding": (0, 3)}),
    ],
)
@pytest.mark.parametrize("bias", [False, True])
def test_grouped_convolutions_are_those_of_torch(channels, out, kernel, arguments, bias):
    torch.manual_seed(1)
    image = torch.randn(2, channels, 11, 14, dtype=torch.double)
    weight = torch.randn(out, channels // arguments["groups"], *kernel, dtype=torch.double)
    given = torch.randn(out, dtype=torch.double) if bias else None
    wanted = conv2d(image, weight, given, **arguments)
    with Grouped():
        found = conv2d(image, weight, given, **arguments)
    assert found.shape == wanted.shape
    assert (found - wanted).abs().max() < 1e-12 * wanted.abs().max()
