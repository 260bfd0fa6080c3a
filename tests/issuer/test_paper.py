"""The paper copy: readable by people, and by a reader at 150 dots an inch."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from issuer.errors import MissingGlyphs
from issuer.paper import Fonts, PaperCopy, TooLongForQr, paper_copy, qr_png
from ledger import load_catalogue
from tests.fixtures_ledger import ROOT
from tests.issuer.desk import business_licence
from tests.issuer.paper_codes import pages, qr_texts

TYPE = load_catalogue().types[1, 1]
IDENTIFIER = "1.2.156.3005.2.11100000MB0YX0001Q001.11310000MB0YX00013.000000001.001.0"
QR_TEXT = "YX:" + "7WGCTVV%2:" * 105
"""As long as a real one."""


def copy(qr_text: str = QR_TEXT, **changes: str) -> PaperCopy:
    claims = {"certificate_identifier": IDENTIFIER, **business_licence(1, **changes)}
    return PaperCopy(TYPE, "上海市市场监督管理局", claims, qr_text, 1_800_000_000)


def test_nothing_is_logged_of_what_is_printed():
    """In a process of its own, as the service logs: the libraries below tell each character."""
    code = (
        "import logging; from issuer.serving import log_our_own_work; from tests.issuer.test_paper import *\n"
        "log_our_own_work(); logging.getLogger('issuer.paper').info('begins'); paper_copy(copy(), Fonts.load())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert [line.split(": ")[1] for line in (done.stdout + done.stderr).splitlines()] == ["begins"]


@pytest.mark.parametrize("dpi", [150, 300])
def test_the_code_is_read_from_the_rendered_page(dpi):
    assert qr_texts(paper_copy(copy(), Fonts.load()), dpi) == [QR_TEXT]


def test_the_code_has_level_m():
    pdf = paper_copy(copy(), Fonts.load())
    (found,) = zxingcpp.read_barcodes(pages(pdf, 150)[0], formats=zxingcpp.BarcodeFormat.QRCode)
    assert found.ec_level == "M"


def test_every_field_is_there_in_words_with_both_labels():
    with pypdfium2.PdfDocument(paper_copy(copy(), Fonts.load())) as document:
        text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))
    for each in TYPE.fields:
        assert each.zh in text
        assert each.en.replace(" ", "") in text
    for value in copy().claims.values():
        assert re.sub(r"\s", "", value) in text


def test_all_fonts_are_embedded():
    claims = {"legal_representative": "王㽏𠮷 བསྟན་འཛིན ئۇيغۇر"}
    reader = PdfReader(BytesIO(paper_copy(copy(**claims), Fonts.load())))
    fonts = {str(font) for page in reader.pages for font in page["/Resources"]["/Font"]}
    embedded = 0
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            (descendant,) = font["/DescendantFonts"]
            descriptor = descendant.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & descriptor.keys(), descriptor["/FontName"]
            embedded += 1
    assert embedded == len(fonts) == 3


def test_a_long_scope_goes_over_pages_and_the_code_stays_readable():
    pdf = paper_copy(copy(business_scope="食品销售；日用百货销售；信息咨询服务。" * 60), Fonts.load())
    assert len(pages(pdf, 40)) == 2
    assert qr_texts(pdf, 150) == [QR_TEXT]


def test_the_same_copy_is_the_same_octets():
    assert paper_copy(copy(), Fonts.load()) == paper_copy(copy(), Fonts.load())


def test_a_character_without_glyph_is_refused_by_code_point():
    with pytest.raises(MissingGlyphs) as refused:
        paper_copy(copy(legal_representative="王𪚥"), Fonts.load())
    assert refused.value.code_points == (0x2A6A5,)
    assert "U+2A6A5" in str(refused.value)
    assert "`fonts`" in str(refused.value)


def test_the_characters_of_the_standard_lists_have_glyphs():
    gb2312 = "".join(
        bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) if row != 0xD7
    )
    Fonts.load().must_have([gb2312, "㽏𠮷喆堃垚犇龘", "བོད་ལྗོངས་", "ئۇيغۇرچە پېڭۈ ژۋ"])


def test_a_font_of_the_settings_fills_in(tmp_path):
    bundled = Fonts.load().fonts
    assert [font.family for font in Fonts.load([bundled[1].file]).fonts][-1] == "added0"


def test_a_text_beyond_the_largest_code_is_refused():
    with pytest.raises(TooLongForQr, match="do not fit"):
        paper_copy(copy("YX:" + "A" * 4000), Fonts.load())
    assert qr_png("YX:" + "A" * 3000).startswith(b"\x89PNG")


@pytest.mark.parametrize("character", ["\u200d", "\u3000", "\n"])
def test_joiners_and_spaces_need_no_glyph(character):
    Fonts.load().must_have([f"王{character}五"])
