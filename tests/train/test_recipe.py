"""Recipes: files, names, and what is changed of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.errors import InputError, SpecError
from archdsl.train.recipe import Recipe, load_recipe, recipe_names


def test_the_paper_s_recipe_says_what_the_paper_says_and_marks_what_it_leaves_out() -> None:
    paper = load_recipe("paper")
    said = (paper.optimizer, paper.lr, paper.momentum, paper.weight_decay, paper.dropout, paper.mirror)
    assert said == ("sgd", 0.1, 0.9, 1e-5, 0.2, True)
    assert {"schedule", "epochs"} <= set(paper.readings)


@pytest.mark.parametrize(
    ("spec", "batch"),
    [
        ("resnet18", 64),
        ("specs/p_resnet34b.yaml", 64),
        ("ResNet18", 64),
        ("torchvision.models:resnet18", 64),
        ("resnets/dpnet.yaml", 128),
        ("mobilenet_v3", 128),
    ],
)
def test_resnets_have_a_batch_of_their_own(spec: str, batch: int) -> None:
    assert load_recipe("paper").batch_for(spec) == batch


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_survives_json(name: str) -> None:
    recipe = load_recipe(name)
    assert Recipe.from_dict(recipe.as_dict()) == recipe


def test_changed_fields_are_no_readings_any_more() -> None:
    changed = load_recipe("paper").changed({"epochs": 3, "batch": 32})
    assert changed.epochs == 3
    assert changed.batch_for("resnet18") == 32
    assert "epochs" not in changed.readings
    assert "schedule" in changed.readings


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epoch": 3}, "did you mean 'epochs'"),
        ({"learning_rate": 0.1}, "did you mean 'lr'"),
        ({"batchsize": 64}, "did you mean 'batch'"),
        ({"epochs": 0}, "expected an int from 1"),
        ({"epochs": 2.5}, "expected an int from 1"),
        ({"schedule": "cosin"}, "did you mean 'cosine'"),
        ({"lr": 0}, "expected a number above 0"),
        ({"lr": True}, "expected a number above 0"),
        ({"label_smoothing": 1}, "below 1"),
        ({"warmup": 11, "schedule": "cosine"}, "more than the 10"),
        ({"warmup": 1}, "one_cycle begins with a rise of its own"),
        ({"accumulate": 3}, "cannot be worked out in 3 equal parts"),
        ({"nesterov": True, "momentum": 0}, "needs a momentum"),
    ],
)
def test_what_does_not_fit_is_told(settings: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_recipe("short").changed(settings)


def test_all_mistakes_of_a_file_come_at_once_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("optimiser: sgd\nlr: fast\nbatch: {resnet*: 64}\nreadings: [epoch]\nepochs: [3]\n")
    with pytest.raises(SpecError) as raised:
        load_recipe(path)
    text = str(raised.value)
    for part in (
        "did you mean 'optimizer'",
        "mine.yaml:2:5",
        "'batch' needs '*'",
        "did you mean 'epochs'",
        "'epochs' must be an int",
    ):
        assert part in text


def test_an_unknown_recipe_names_the_near_miss() -> None:
    with pytest.raises(InputError, match="did you mean 'paper'"):
        load_recipe("papr")
