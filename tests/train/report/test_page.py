"""The report of a run: what it says, that it stands alone, and that nothing from outside becomes part of it."""

from __future__ import annotations

import io
import math
import re
from base64 import b64decode
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training_records import RECIPE, WORST, epochs, evaluation, record, right

from archdsl.errors import InputError
from archdsl.train.data.digits import digits
from archdsl.train.record import Evaluation, Record, Worst
from archdsl.train.report import report, write_report


class Reader(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def shown(made: Record, images: Any = ()) -> str:
    """What a reader sees, in one line, units joined by plain spaces."""
    body = report(made, images).partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def png(address: str | None) -> Any:
    """The picture of an address that holds it, as an array (H, W) or (H, W, channels)."""
    image = pytest.importorskip("PIL.Image")
    assert address is not None
    assert address.startswith("data:image/png;base64,")
    return np.asarray(image.open(io.BytesIO(b64decode(address.partition(",")[2]))))


# -- what it says --------------------------------------------------------------------------------------------------------------


def test_one_sentence_tells_the_result() -> None:
    text = shown(record())
    assert (
        "Net on digits of 8×8 pixels After 3 epochs on digits of 8×8 pixels, Net has 99.2 % of 360 test images right (top-1)"
        in text
    )
    assert "and for 99.6 % the class is among the five likeliest (top-5) ." in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"final": None},
            "Net has been trained on digits of 8×8 pixels for 3 epochs; after epoch 3 it had 83.3 % of 360 test images",
        ),
        ({"final": None, "epochs": epochs(1)}, "for 1 of 3 epochs; after epoch 1 it had 50.0 %"),
        ({"final": None, "epochs": epochs(3, tested=False)}, "for 3 epochs; it was not tested."),
        ({"final": None, "epochs": ()}, "Net has not been trained on digits of 8×8 pixels yet."),
        ({"epochs": ()}, "On digits of 8×8 pixels, Net has 99.2 % of 360 test images right"),
        ({"epochs": epochs(1)}, "After 1 epoch on digits"),
    ],
)
def test_a_run_that_is_not_whole_says_so(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in shown(record(**changes))


def test_a_stand_in_is_labelled() -> None:
    label = '<span class="stand-in">stand-in</span>'
    assert label in report(record(data="digits, a stand-in for CIFAR-100"), ())
    assert label not in report(record(data="CIFAR-100, to stand in line"), ())
    assert label not in report(record(), ())


def test_top5_of_five_classes_is_not_told() -> None:
    few = record(classes=("a", "b"), final=evaluation(right(2, 5)))
    assert "top-5" not in shown(few).replace("test top-5", "")


def test_many_images_are_told_to_a_hundredth_and_never_as_all() -> None:
    assert "83.33 % of 12,000 test images" in shown(record(final=Evaluation(1.0, 10_000 / 12_000, 0.9, 12_000)))
    assert "> 99.9 % of 9,000 test images" in shown(record(final=Evaluation(1.0, 8_999 / 9_000, 1.0, 9_000)))
    assert "< 0.01 % of 50,000 test images" in shown(record(final=Evaluation(1.0, 1 / 50_000, 1.0, 50_000)))
    assert "Net has 100 % of 50 test images right" in shown(record(final=evaluation(right(10, 5))))


# -- curves --------------------------------------------------------------------------------------------------------------------


def charts(made: Record) -> list[str]:
    return re.findall(r"<figure class=\"chart.*?</figure>", report(made, ()), re.DOTALL)


def test_curves_of_loss_top1_and_rate() -> None:
    loss, top1, rate = charts(record())
    assert re.findall(r"<title>(.*?)</title>", loss)[1] == "epoch 2, test 1.000, train 1.500"
    assert re.findall(r"<title>(.*?)</title>", top1.replace("\u00a0", " "))[2] == "epoch 3, test 83.3 %, train 80.0 %"
    assert re.findall(r"<title>(.*?)</title>", rate)[0] == "epoch 1, learning rate 0.1000"
    assert [chart[chart.index("<svg viewBox") :].count("<circle") for chart in (loss, top1, rate)] == [6, 6, 3]


def test_higher_values_stand_higher_and_later_epochs_further_right() -> None:
    loss = charts(record())[0]
    path = re.findall(r'<path class="line train" d="M([^"]*)"', loss)[-1]
    places = [tuple(map(float, place.split())) for place in path.split("L")]
    assert [x for x, _ in places] == sorted({x for x, _ in places})
    assert [y for _, y in places] == sorted({y for _, y in places})  # falling loss: downwards on the screen
    (x1, y1), (x2, y2), (x3, y3) = places
    assert (x3 - x2) == pytest.approx(x2 - x1, abs=0.2)
    assert (y2 - y1) / (y3 - y2) == pytest.approx((3.0 - 1.5) / (1.5 - 1.0), rel=0.02)


def test_without_tests_only_training_is_drawn() -> None:
    for chart in charts(record(epochs=epochs(3, tested=False), final=None))[:2]:
        assert "line test" not in chart
        assert "line train" in chart


def test_one_epoch_is_a_dot_within_the_chart() -> None:
    for chart in charts(record(epochs=epochs(1))):
        drawn = chart[chart.index("<svg viewBox") :]
        width = float(re.findall(r'viewBox="0 0 (\d+)', drawn)[0])
        assert all(70 < float(x) < width - 20 for x in re.findall(r'<circle class="dot \w*" cx="([\d.]+)"', drawn))
        assert "nan" not in drawn.lower()


def test_a_loss_that_is_no_number_is_left_out() -> None:
    broken = (*epochs(2), replace(epochs(3)[2], loss=math.nan, test=None))
    loss = charts(record(epochs=broken, final=None))[0]
    assert "nan" not in loss.lower()
    assert re.findall(r"<title>(.*?)</title>", loss)[2] == "epoch 3"


def test_a_wide_range_of_losses_is_logarithmic() -> None:
    far = (epochs(1)[0], replace(epochs(2)[1], loss=0.001))
    assert "loss (logarithmic)" in charts(record(epochs=far))[0]
    assert "loss (logarithmic)" not in charts(record())[0]


def test_small_rates_have_room_beside_the_axis() -> None:
    small = tuple(replace(one, rate=one.rate / 400) for one in epochs(3))
    rate = charts(record(epochs=small))[2]
    assert re.findall(r'text-anchor="end">([^<]*)<', rate) == ["0", "1e-4", "2e-4", "3e-4"]


def test_smoothing_is_said_to_be_in_the_loss() -> None:
    assert "with label smoothing 0.1" in charts(record(recipe={**RECIPE, "label_smoothing": 0.1}))[0]
    assert "smoothing" not in charts(record())[0]


def test_all_epochs_as_a_table() -> None:
    assert "2 0.05000 1.500 70.0 % 1.000 75.0 % 95.0 % 2.0 718 5.0 %" in shown(record())


# -- confusion -----------------------------------------------------------------------------------------------------------------


def test_a_small_matrix_has_counts_and_names() -> None:
    text = report(record(classes=tuple(f"digit {n}" for n in range(10))), ())
    matrix = re.findall(r'<svg class="matrix".*?</svg>', text, re.DOTALL)[0]
    counts = [int(number) for number in re.findall(r'<text class="(?:count|on)"[^>]*>(\d+)<', matrix)]
    assert sorted(counts) == [1, 2, 34, 35, *[36] * 8]
    assert "<title>labelled digit 8, said digit 1: 2 of 36, 5.6\u00a0%</title>" in matrix
    assert len(re.findall(r'class="name"[^>]*>digit \d<', matrix)) == 20


def test_pairs_and_classes_are_listed_worst_first() -> None:
    text = shown(record())
    assert "labelled said images share 8 1 2 of 36 5.6 % 7 9 1 of 36 2.8 % Right by class" in text
    assert "class right share 8 34 of 36 94.4 % 7 35 of 36 97.2 % 0 36 of 36 100 %" in text


def test_more_classes_have_no_counts() -> None:
    counts = right(30, 12)
    counts[3][3], counts[3][4] = 10, 2
    text = report(record(classes=tuple(f"c{n}" for n in range(30)), final=evaluation(counts)), ())
    matrix = re.findall(r'<svg class="matrix".*?</svg>', text, re.DOTALL)[0]
    assert not re.findall(r'class="(?:count|on)"', matrix)
    assert len(re.findall(r'<rect class="wrong"', matrix)) == 1
    assert len(re.findall(r'class="name"', matrix)) == 60


@pytest.mark.parametrize(("classes", "side"), [(100, 100), (1000, 200)])
def test_very_many_classes_are_a_picture(classes: int, side: int) -> None:
    counts = right(classes, 6)
    counts[70][70], counts[70][20] = 3, 3
    reader = Reader(report(record(classes=tuple(f"c{n}" for n in range(classes)), final=evaluation(counts)), ()))
    pixels = png(reader.named("image")[0]["href"])
    assert pixels.shape == (side, side, 4)
    block = classes // side
    assert set(zip(*np.nonzero(pixels[:, :, 3]), strict=True)) == {(n, n) for n in range(side)} | {(70 // block, 20 // block)}
    assert pixels[0, 0, 3] == 255
    assert 0 < pixels[70 // block, 20 // block, 3] < 255
    assert f"a point is {block} by {block} classes" in reader.text or block == 1
    assert "c70c203 of 6" in "".join(reader.text.split("\n"))


def test_classes_without_a_test_image_are_counted() -> None:
    counts = right(4, 5)
    counts[2][2] = 0
    assert "Classes without a test image: 1." in shown(record(classes=tuple("abcd"), final=evaluation(counts)))


def test_no_matrix_no_section() -> None:
    assert "Confusion" not in shown(record(final=Evaluation(1.0, 0.5, 0.9, 100)))


# -- worst answers -------------------------------------------------------------------------------------------------------------


def test_worst_answers_are_the_images_themselves() -> None:
    test = digits().test
    images = [test.image(one.index) for one in WORST]
    text = report(record(), images)
    pictures = Reader(text).named("img")
    assert all((png(found["src"]) == image[0]).all() for found, image in zip(pictures, images, strict=True))
    assert "labelled 8 , said 1 , 97.2 % labelled 7 , said 9 , 61.0 %" in shown(record(), images)


def test_large_images_are_made_smaller_and_keep_their_colours() -> None:
    image = np.zeros((3, 375, 500), np.uint8)
    image[0, :, :250] = 200
    found = png(Reader(report(record(), [image])).named("img")[0]["src"])
    assert found.shape == (93, 125, 3)
    assert found[40, 20].tolist() == [200, 0, 0]
    assert found[40, 100].tolist() == [0, 0, 0]


def test_fewer_images_than_answers_are_enough_but_not_more() -> None:
    image = np.zeros((1, 8, 8), np.uint8)
    assert len(Reader(report(record(), [image])).named("img")) == 1
    with pytest.raises(InputError, match="one for each of the 3 worst answers is wanted, 4 came"):
        report(record(), [image] * 4)
    with pytest.raises(InputError, match="one for each of the 0 worst answers is wanted, 1 came"):
        report(record(final=None), [image])


@pytest.mark.parametrize("image", [np.zeros((8, 8), np.uint8), np.zeros((1, 8, 8)), np.zeros((2, 8, 8), np.uint8)])
def test_what_is_no_image_is_refused(image: Any) -> None:
    with pytest.raises(InputError, match=r"uint8 of \(1 or 3, height, width\) is wanted, "):
        report(record(), [image])


def test_without_images_the_answers_are_a_table() -> None:
    assert "test image labelled said probability 41 8 1 97.2 % 7 7 9 61.0 % 90 8 1 50.0 %" in shown(record())


def test_without_mistakes_there_is_nothing_to_show() -> None:
    assert "Worst answers Every test image is right." in shown(record(final=evaluation(right(10, 5))))
    assert "Worst answers" not in shown(record(final=None))


# -- facts ---------------------------------------------------------------------------------------------------------------------


def test_costs_settings_recipe_and_machine() -> None:
    text = shown(record())
    assert "parameters 1,528,106 (1.53 M)" in text
    assert "weights 6,112,424 bytes (5.83 MiB)" in text
    assert "Settings of the network width 1/2" in text
    assert "Machine Some CPU, 2 cores 2 threads, 1 process" in text
    assert "Recipe paper, Zhao & Wang 2022 optimizer sgd" in text
    assert "weight_decay 1e-5 dropout not set epochs 3 our reading label_smoothing 0" in text


# -- the file ------------------------------------------------------------------------------------------------------------------


def test_the_page_stands_alone() -> None:
    reader = Reader(report(record(), [np.zeros((1, 8, 8), np.uint8)]))
    assert not [tag for tag, _ in reader.tags if tag in ("script", "iframe", "object", "embed", "base", "form", "a")]
    addresses = [value for _, attrs in reader.tags for name, value in attrs.items() if name in ("src", "href", "srcset", "data")]
    assert len(addresses) == 2
    assert all(value is not None and value.startswith("data:") for value in addresses)
    text = report(record(), ())
    assert not re.search(r"https?:|@import|url\(", text)
    policy = next(attrs["content"] for attrs in reader.named("meta") if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert len(text) < 60_000


HOSTILE = "<script>alert('&')</script><img src=x onerror=alert(1)>\x1b[31m\u202e"


@pytest.mark.parametrize("classes", [2, 30, 70])
def test_nothing_from_outside_becomes_part_of_the_page(classes: int) -> None:
    counts = right(classes, 6)
    counts[0][0], counts[0][1] = 5, 1
    final = evaluation(counts, (Worst(0, 0, 1, 0.9),))
    recipe = {**RECIPE, "name": HOSTILE, HOSTILE: HOSTILE, "batch": {HOSTILE: 3}}
    names = tuple(f"{HOSTILE[:8]}{n}" for n in range(classes))
    bad = Record(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, HOSTILE, names, recipe, {HOSTILE: 7}, (HOSTILE,), epochs(2), final)
    for images in ((), [np.zeros((1, 8, 8), np.uint8)]):
        text = report(bad, images)
        reader = Reader(text)
        assert not reader.named("script")
        assert len(reader.named("img")) == len(images)
        assert not [attrs for _, attrs in reader.tags if any(name.startswith("on") for name in attrs)]
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "<script>alert('&')</script>" in reader.text
        assert "<script>0" in reader.text


def test_an_answer_about_a_class_that_has_no_name() -> None:
    made = record(classes=("a",), final=evaluation(right(2, 5), (Worst(0, 1, 0, 0.9),)))
    assert "0 class 1 a 90.0 %" in shown(made)


def test_the_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", record(), ())
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == report(record(), ())
    with pytest.raises(InputError, match="cannot be written"):
        write_report(tmp_path / "none" / "report.html", record(), ())
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_colours_are_in_the_style_sheet() -> None:
    text = report(record(), ())
    style = text[text.index("<style>") : text.index("</style>")]
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) - {"--strength"} <= set(re.findall(r"(--[\w-]+):", style))
    assert style.count("{") == style.count("}")
