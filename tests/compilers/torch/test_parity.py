"""Networks of the zoo against independent implementations."""

import parity
import pytest

import archdsl


@pytest.mark.parametrize("name", sorted(path.stem for path in parity.FIXTURES.glob("*.json")))
def test_logits_are_those_of_the_reference(name):
    assert parity.difference(archdsl.load(name).module(), parity.read(name)) < 1e-3
