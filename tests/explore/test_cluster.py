"""Work on a Ray cluster: what it takes, and what is said where there is none."""

from __future__ import annotations

import socket

import pytest

from archdsl.errors import InputError
from archdsl.explore.work.cluster import connected, parse_resources


def test_resources() -> None:
    assert parse_resources(["cpu=2", "GPU=0.5,accelerator_a=1"]) == {"cpu": 2, "gpu": 0.5, "accelerator_a": 1}


@pytest.mark.parametrize("text", ["cpu", "cpu=", "=2", "cpu=many", "cpu=0", "gpu=-1", "cpu=inf"])
def test_what_is_no_resource(text: str) -> None:
    with pytest.raises(InputError, match=f"'{text}' is no resource; write cpu=2"):
        parse_resources([text])
    with pytest.raises(InputError, match="the resource cpu is given twice"):
        parse_resources(["cpu=1", "cpu=2"])


def test_an_address_that_is_none() -> None:
    with pytest.raises(InputError, match="'somewhere' is no address of a cluster; write auto, ray://host:10001 or host:port"):
        connected(abs, "somewhere").__enter__()


def test_a_cluster_that_cannot_be_reached() -> None:
    with socket.socket() as taken:  # bound and not listening, so nothing else can answer there
        taken.bind(("127.0.0.1", 0))
        address = f"ray://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(InputError, match=f"no Ray cluster can be reached at '{address}'"):
            connected(abs, address).__enter__()
