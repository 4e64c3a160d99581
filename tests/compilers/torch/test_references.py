"""Networks of the zoo against reference networks, in double precision; what they count against what was watched there."""

import pytest
import references
from small import compiled

import archdsl


@pytest.mark.parametrize("name", references.names())
def test_outputs_are_those_of_the_reference(name):
    reference = references.read(name)
    graph = archdsl.load(reference.spec, **reference.settings).graph()
    assert references.difference(compiled(graph), reference) < references.TOLERANCE


@pytest.mark.parametrize("name", references.names())
def test_counts_are_those_of_the_reference(name):
    reference = references.read(name)
    bill = archdsl.load(reference.spec).cost()
    assert (bill.params, bill.macs) == (reference.params, reference.macs)
