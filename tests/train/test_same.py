"""A run goes on with what it began with, and one program alone is at it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from training import RECIPE, SPEC, asked, conductor, tiny, train

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.train.conduct import Conductor
from archdsl.train.examine import examine_run
from archdsl.train.loop import Now
from archdsl.train.run import ABOUT, CHECKPOINT, Show
from archdsl.train.same import alone

ONE = RECIPE.changed({"epochs": 1})


def test_a_spec_that_was_changed_is_refused_even_where_its_weights_fit(tmp_path: Path) -> None:
    train(tmp_path / "run", recipe=ONE)
    changed = Conductor(lambda spec, settings: Design.loads(SPEC.replace("stride: 2", "stride: 1", 1)))
    for ask in (changed.go_on, lambda folder: changed.ensure(asked(recipe=ONE), folder)):
        with pytest.raises(InputError, match="a run of another network: its spec was changed"):
            ask(tmp_path / "run")
    with pytest.raises(InputError, match="its spec was changed"):
        examine_run(tmp_path / "run", None, "cpu", changed.open)
    about = json.loads((tmp_path / "run" / ABOUT).read_text())
    about["of"]["images"] = "1438+359-00000000"
    (tmp_path / "run" / ABOUT).write_text(json.dumps(about))
    with pytest.raises(InputError, match="other images lie where"):
        conductor().go_on(tmp_path / "run")


def test_two_programs_do_not_train_in_one_folder(tmp_path: Path) -> None:
    tried: list[str] = []

    def step(now: Now) -> None:
        if now.step == 3:
            with pytest.raises(InputError) as raised:
                conductor().go_on(tmp_path / "run")
            tried.append(str(raised.value))

    train(tmp_path / "run", Show(step=step), recipe=ONE)
    assert tried == [f"another program trains in {tmp_path / 'run'}"]
    with alone(tmp_path / "run" / ABOUT), alone(None):
        pass


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("subset", "x", "subset"),
        ("device", 3, "device"),
        ("recipe.lr", "abc", "lr"),
        ("recipe.schedule", "one_cycel", "did you mean 'one_cycle'"),
        ("recipe.precision", "half", "precision"),
    ],
)
def test_a_file_that_was_changed_by_hand_is_read_with_care(tmp_path: Path, name: str, value: object, said: str) -> None:
    train(tmp_path / "run", recipe=ONE)
    about = json.loads((tmp_path / "run" / ABOUT).read_text())
    place = about["recipe"] if "." in name else about
    place[name.rpartition(".")[2]] = value
    (tmp_path / "run" / ABOUT).write_text(json.dumps(about))
    with pytest.raises(InputError, match=said):
        conductor().go_on(tmp_path / "run")


def test_the_weights_of_a_checkpoint_are_those_that_are_tested(tmp_path: Path) -> None:
    from archdsl.compilers.torch.checkpoint import load_checkpoint

    record = train(tmp_path / "run", recipe=ONE.changed({"ema": 0.9}))
    _, found = examine_run(tmp_path / "run", None, "cpu", tiny)
    assert found == record.final
    by_file, by_end = tiny("tiny", ()).module(), tiny("tiny", ()).module()
    load_checkpoint(by_file, tmp_path / "run" / CHECKPOINT)
    load_checkpoint(by_end, tmp_path / "run" / "weights.safetensors")
    assert all(torch.equal(value, by_end.state_dict()[name]) for name, value in by_file.state_dict().items())
