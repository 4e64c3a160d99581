"""PDF and PNG from the finished SVG."""

from __future__ import annotations

import builtins
import io

import pypdfium2
import pytest
from PIL import Image

from archdsl.errors import BackendError
from archdsl.viz import convert
from archdsl.viz.figures import figure


@pytest.fixture(scope="module")
def svg():
    return figure("fig2b", caption=True).svg


def test_a_pdf_is_one_page_with_text(svg):
    document = pypdfium2.PdfDocument(convert.pdf(svg))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    for word in ("3x3 conv, pad 1", "concat", "C/2", "residual\r\nlearning\r\nblock", "Fig. 2(b): partial residual structure"):
        assert word in text
    width, height = (float(part.removesuffix("pt")) for part in svg.split('width="')[1].split('"')[0:3:2])
    assert document[0].get_size() == pytest.approx((width, height), rel=0.01)


def test_a_png_has_two_pixels_for_a_point(svg):
    image = Image.open(io.BytesIO(convert.png(svg)))
    width = float(svg.split('width="')[1].split("pt")[0])
    assert image.size[0] == pytest.approx(2 * width, abs=2)
    colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20)}
    assert {(255, 255, 255), (0xDB, 0xEA, 0xFE), (0x1F, 0x23, 0x28)} <= colours


def test_a_png_never_becomes_too_large_to_look_at(svg, monkeypatch):
    monkeypatch.setattr(convert, "LARGEST", 200)
    assert max(Image.open(io.BytesIO(convert.png(svg))).size) in (200, 201)


@pytest.mark.parametrize(("package", "make", "form"), [("svglib", convert.pdf, "PDF"), ("pypdfium2", convert.png, "PNG")])
def test_what_is_missing_is_told(svg, monkeypatch, package, make, form):
    real = builtins.__import__

    def absent(name, *args, **kwargs):
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(name, name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(BackendError, match=rf"{form} needs {package}, which is not installed: pip install 'archdsl\[viz\]'"):
        make(svg)


def test_letters_that_helvetica_lacks(svg):
    found = convert.pdf(svg.replace("concat", "Bᵀ Ж"))
    text = pypdfium2.PdfDocument(found)[0].get_textpage().get_text_range()
    assert "C/2" in text
    assert ("Bᵀ Ж" in text) == convert._found("DejaVuSans")
