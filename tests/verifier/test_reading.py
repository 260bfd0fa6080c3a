"""Reading: one code is found in whatever was handed in; hostile files get a typed error, never a crash."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

import pytest
import zxingcpp
from fpdf import FPDF
from PIL import Image

from verifier.errors import (
    DamagedPicture,
    NothingFound,
    NothingToJudge,
    SeveralCodes,
    TooLarge,
    TooManyPages,
    TooManyPixels,
    TooManyScans,
    UnreadablePdf,
    UnsupportedFile,
)
from verifier.reading import ReadingLimits, read

LIMITS = ReadingLimits(octets=2 << 20, pixels=4_000_000, pdf_pages=2, pdf_seconds=10)
TEXT = "YX:" + "ABCDEF 12345" * 60


def picture_of(text: str, scale: int = 4) -> Image.Image:
    drawn = memoryview(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L").to_image(scale=scale))
    return Image.frombytes("L", (drawn.shape[1], drawn.shape[0]), drawn.tobytes())


def octets_of(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def beside(*pictures: Image.Image) -> Image.Image:
    sheet = Image.new("L", (sum(p.width for p in pictures), max(p.height for p in pictures)), 255)
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width
    return sheet


def pdf_of(*pages: Image.Image) -> bytes:
    pdf = FPDF()
    for page in pages:
        pdf.add_page()
        pdf.image(page, x=20, y=20, w=70)
    return bytes(pdf.output())


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_code_in_a_picture_is_read(kind: str) -> None:
    assert read(octets_of(picture_of(TEXT), kind), LIMITS) == TEXT


def test_a_turned_picture_is_read() -> None:
    assert read(octets_of(picture_of(TEXT).rotate(90, expand=True)), LIMITS) == TEXT


def test_a_transparent_code_is_read_as_on_white_paper() -> None:
    grey = picture_of(TEXT)
    ink = Image.new("LA", grey.size)
    ink.putalpha(grey.point(lambda level: 255 - level))
    assert read(octets_of(ink), LIMITS) == TEXT


def test_the_code_on_a_page_of_a_pdf_is_read() -> None:
    blank = Image.new("L", (50, 50), 255)
    assert read(pdf_of(blank, picture_of(TEXT)), LIMITS) == TEXT


def test_pasted_text_loses_what_an_editor_adds() -> None:
    assert read(b"\xef\xbb\xbf\r\nYX:ABC \n", LIMITS) == "YX:ABC "
    assert read(b"  a.b.c~d~\n", LIMITS) == "a.b.c~d~"


def test_several_codes_ask_for_one() -> None:
    with pytest.raises(SeveralCodes, match="2 different"):
        read(octets_of(beside(picture_of(TEXT), picture_of("another"))), LIMITS)
    with pytest.raises(SeveralCodes):
        read(pdf_of(picture_of(TEXT), picture_of("another")), LIMITS)


def test_the_same_code_twice_is_one() -> None:
    assert read(octets_of(beside(picture_of(TEXT), picture_of(TEXT))), LIMITS) == TEXT


@pytest.mark.parametrize("octets", [b"", b" \r\n ", "　".encode(), octets_of(Image.new("L", (300, 300), 255))])
def test_nothing_found_is_nothing_to_judge(octets: bytes) -> None:
    with pytest.raises(NothingFound):
        read(octets, LIMITS)
    assert NothingFound.exit_status == 30


def test_a_pdf_without_a_code_is_nothing_to_judge() -> None:
    with pytest.raises(NothingFound):
        read(pdf_of(Image.new("L", (50, 50), 255)), LIMITS)


def test_more_octets_than_the_limit_are_refused() -> None:
    with pytest.raises(TooLarge):
        read(b"x" * (LIMITS.octets + 1), LIMITS)


def bomb(side: int) -> bytes:
    """A small PNG that declares side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [2001, 9_500, 60_000])
def test_a_picture_of_too_many_pixels_is_refused_before_decoding(side: int) -> None:
    with pytest.raises(TooManyPixels):
        read(bomb(side), LIMITS)


def with_scans_more(octets: bytes, more: int, before: bytes = b"") -> bytes:
    """The progressive JPEG with its last scan again and again, `before` each."""
    start, end = octets.rindex(b"\xff\xda"), octets.rindex(b"\xff\xd9")
    return octets[:end] + more * (before + octets[start:end]) + octets[end:]


def progressive(**options: object) -> bytes:
    return octets_of(picture_of(TEXT), "JPEG", progressive=True, **options)


def test_a_jpeg_of_too_many_scans_is_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(TooManyScans):
        read(with_scans_more(progressive(), 100), LIMITS)


@pytest.mark.parametrize(
    "between", [b"\xff\x02\xff\xff", b"\xff\xd0", b"\xff\xff", b"\xff\x01\x00", b"\x00\xff\x00\xd9"]
)
def test_scans_cannot_be_hidden_behind_what_a_decoder_skips(between: bytes) -> None:
    with pytest.raises(TooManyScans):
        read(with_scans_more(progressive(), 100, between), LIMITS)


def test_an_honest_jpeg_has_few_scans_whatever_else_is_in_the_file() -> None:
    scans = b"\xff\xda" * 20_000
    assert read(with_scans_more(progressive(), 50), LIMITS) == TEXT
    assert read(progressive(comment=scans, exif=b"Exif\0\0" + scans) + scans, LIMITS) == TEXT


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    blank = Image.new("L", (50, 50), 255)
    with pytest.raises(TooManyPages, match="3 pages"):
        read(pdf_of(blank, blank, blank), LIMITS)


def test_a_giant_page_is_rendered_within_the_limit_of_pixels() -> None:
    pdf = FPDF(unit="pt", format=(14_000, 14_000))
    pdf.add_page()
    pdf.image(picture_of(TEXT), x=1000, y=1000, w=12_000)
    assert read(bytes(pdf.output()), LIMITS) == TEXT


@pytest.mark.parametrize(
    "octets",
    [b"%PDF-1.7\nnothing more", b"%PDF-1.7\n" + b"[" * 100_000, b"\x00%PDF-" + bytes(5000)],
    ids=["cut", "nested", "zeros"],
)
def test_a_hostile_pdf_is_a_typed_error(octets: bytes) -> None:
    with pytest.raises(UnreadablePdf):
        read(octets, LIMITS)


def test_a_locked_pdf_is_a_typed_error() -> None:
    pdf = FPDF()
    pdf.set_encryption(owner_password="a", user_password="b")
    pdf.add_page()
    with pytest.raises(UnreadablePdf):
        read(bytes(pdf.output()), LIMITS)


@pytest.mark.parametrize("octets", [b"GIF89a\xff\xfe", b"PK\x03\x04\xff", b"\xff\xfe\x00", b"text\x00more"])
def test_an_unsupported_file_is_named_so(octets: bytes) -> None:
    with pytest.raises(UnsupportedFile):
        read(octets, LIMITS)


def test_a_cut_picture_is_damaged() -> None:
    octets = octets_of(picture_of(TEXT))
    for keep in (12, 30, len(octets) // 2):
        with pytest.raises((DamagedPicture, NothingFound)):
            read(octets[:keep], LIMITS)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_with_random_damage_never_crashes(kind: str) -> None:
    chance = random.Random(7)
    whole = octets_of(picture_of("short", scale=3), kind)
    for _ in range(150):
        octets = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            octets[chance.randrange(8, len(octets))] = chance.randrange(256)
        try:
            assert isinstance(read(bytes(octets), LIMITS), str)
        except NothingToJudge:
            continue


def test_errors_never_repeat_what_was_shown() -> None:
    with pytest.raises(UnsupportedFile) as raised:
        read("某人的姓名".encode("gb18030"), LIMITS)
    assert "某人" not in str(raised.value)
