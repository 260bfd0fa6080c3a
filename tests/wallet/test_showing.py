"""Showing: chosen fields only, fresh each time, readable by a window."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from io import BytesIO

import pytest
import zxingcpp
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

from credential import ANY_WINDOW, parse_presented, qr
from ledger import load_catalogue
from tests.wallet.wallet_samples import CLAIMS, NOW
from wallet import drawing
from wallet.errors import NoSuchCredential, NoSuchField
from wallet.showing import LIVE_SECONDS


def shown_names(text: str) -> set[str]:
    return {each.name for each in parse_presented(text, load_catalogue()).disclosures}


def qr_texts(picture: Image.Image) -> list[str]:
    """Some chance modules of a large QR code are the bars of another kind of code."""
    return [each.text for each in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


def test_by_default_name_and_validity_are_shown_and_nothing_else(wallet, held) -> None:
    code = wallet.show(held.id)
    expected = {"certificate_holder_name", "certificate_validate_start", "certificate_validate_end"}
    assert shown_names(code.qr_text) == shown_names(code.text) == expected
    assert "91310115MA1YX00013" not in qr.unpack(qr.from_text(code.qr_text), load_catalogue())


def test_fields_are_chosen_by_name_or_chinese_label(wallet, held) -> None:
    code = wallet.show(held.id, ["经营范围", " legal_representative", "经营范围"])
    assert code.fields == ("legal_representative", "business_scope")


def test_a_field_that_is_not_there_is_named(wallet, held) -> None:
    with pytest.raises(NoSuchField, match="colour"):
        wallet.show(held.id, ["colour"])
    with pytest.raises(NoSuchField):
        wallet.show(held.id, [""])


def test_all_fields_travel_with_the_seed_in_place_of_the_salts(wallet, held) -> None:
    whole = wallet.show(held.id, list(CLAIMS))
    salted = qr.to_text(qr.pack(whole.text, load_catalogue()))
    assert len(salted) - len(whole.qr_text) > 150
    assert shown_names(whole.qr_text) == set(CLAIMS)


def test_each_code_is_fresh_and_names_its_expiry(wallet, held) -> None:
    first, second = wallet.show(held.id), wallet.show(held.id)
    bound = [parse_presented(each.qr_text, load_catalogue()).key_binding for each in (first, second)]
    assert bound[0].nonce != bound[1].nonce
    assert len(bound[0].nonce) == 22
    assert {each.audience for each in bound} == {ANY_WINDOW}
    assert first.expires_at == NOW + LIVE_SECONDS


def test_no_credential_no_code(wallet, held) -> None:
    for name in ("", "ffff"):
        with pytest.raises(NoSuchCredential):
            wallet.show(name)


def test_the_picture_is_read_back_and_states_its_expiry(wallet, held) -> None:
    code = wallet.show(held.id, list(CLAIMS))
    picture = Image.open(BytesIO(drawing.png(code.qr_text, code.expires_at)))
    assert qr_texts(picture) == [code.qr_text]
    words = picture.crop((0, picture.width, picture.width, picture.height))
    assert words.getextrema() == (0, 255)
    assert drawing.caption(NOW)[0] == "有效至 09:46:40，截图无效"


def test_every_character_of_the_caption_is_in_the_font() -> None:
    has = TTFont(BytesIO(drawing._FONT)).getBestCmap()
    assert not {letter for line in drawing.caption(1_234_567_890) for letter in line} - set(map(chr, has))


@pytest.mark.parametrize("coloured", [True, False])
def test_the_terminal_s_blocks_are_read_back(wallet, held, coloured: bool) -> None:
    code = wallet.show(held.id)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", each) for each in drawing.terminal_lines(code.qr_text, coloured=coloured)]
    picture = Image.new("L", (len(lines[0]) * 4, len(lines) * 8), 255)
    pen = ImageDraw.Draw(picture)
    for y, line in enumerate(lines):
        for x, block in enumerate(line):
            for half, inks in enumerate(("▀█", "▄█")):
                if block in inks:
                    pen.rectangle((4 * x, 8 * y + 4 * half, 4 * x + 3, 8 * y + 4 * half + 3), fill=0)
    assert qr_texts(picture) == [code.qr_text]


def test_a_credential_without_a_seed_shows_all_with_its_salts(wallet, held) -> None:
    wallet._keep(replace(held, id=secrets.token_hex(4), seed=None))
    kept = next(each for each in wallet.held if each.seed is None)
    assert shown_names(wallet.show(kept.id, list(CLAIMS)).qr_text) == set(CLAIMS)
