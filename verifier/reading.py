"""Reads what was handed in — a picture, a PDF, pasted text — into the one text that was shown. Judges nothing.

Everything here is hostile: sizes are limited before anything is decoded, pictures are decoded only when their declared
size and their scans fit, and PDFs are rendered in a process of their own (pdf_reader.py) that may crash or hang alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image

from verifier.errors import (
    DamagedPicture,
    NothingFound,
    SeveralCodes,
    TooLarge,
    TooManyPages,
    TooManyPixels,
    TooManyScans,
    UnreadablePdf,
    UnsupportedFile,
)
from verifier.jpeg import has_more_scans_than

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_JPEG = _PICTURES[1]
_MOST_SCANS = 100
"""Progressive JPEGs have about ten scans; a hundred over 40 million pixels take some seconds."""
_PDF = b"%PDF-"
_PDF_HEADER_WITHIN = 1024  # ISO 32000-1, annex H: readers accept the header anywhere in the first 1,024 bytes
_PDF_READER = Path(__file__).with_name("pdf_reader.py")


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """How much the window is willing to look at."""

    octets: int
    pixels: int
    pdf_pages: int
    pdf_seconds: int


def read(octets: bytes, limits: ReadingLimits) -> str:
    """The text of the only QR code in a picture or PDF, or the pasted text itself. Raises NothingToJudge."""
    if len(octets) > limits.octets:
        raise TooLarge(limit=limits.octets)
    if is_text(octets):
        return read_text(octets)
    found = codes_in_picture if octets.startswith(_PICTURES) else codes_in_pdf
    return _only(found(octets, limits))


def is_text(octets: bytes) -> bool:
    """Whether `read` takes it for pasted text, for which nothing has to be decoded but characters."""
    return not octets.startswith(_PICTURES) and _PDF not in octets[:_PDF_HEADER_WITHIN]


def read_text(octets: bytes) -> str:
    """Pasted text without what an editor adds around it. A space is a digit of Base45: only SD-JWTs lose theirs."""
    try:
        text = octets.decode("utf-8-sig").strip("\r\n\t")
    except UnicodeDecodeError as e:
        raise UnsupportedFile from e
    if "\0" in text:
        raise UnsupportedFile
    if not text.strip():
        raise NothingFound
    return text.strip() if "~" in text else text


def codes_in_picture(octets: bytes, limits: ReadingLimits) -> list[str]:
    """The texts of the QR codes in a PNG or JPEG; too many pixels, or scans, are refused before they are decoded."""
    if octets.startswith(_JPEG) and has_more_scans_than(_MOST_SCANS, octets):
        raise TooManyScans(limit=_MOST_SCANS)
    try:
        with Image.open(BytesIO(octets), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height <= limits.pixels:
                return _codes(_on_white(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as e:
        raise TooManyPixels(limit=limits.pixels) from e
    except Exception as e:  # decoders of hostile files raise whatever they like
        raise DamagedPicture from e
    raise TooManyPixels(limit=limits.pixels)


def codes_in_pdf(octets: bytes, limits: ReadingLimits) -> list[str]:
    """The texts of the QR codes on a PDF's pages, rendered in a process of its own with limits on time and memory."""
    arguments = [str(limits.pdf_pages), str(limits.pixels), str(limits.pdf_seconds)]
    try:
        answer = subprocess.run(  # noqa: S603 - our own file, and numbers
            [sys.executable, "-I", str(_PDF_READER), *arguments],
            input=octets,
            capture_output=True,
            timeout=limits.pdf_seconds + 5,
            check=True,
        )
        found = json.loads(answer.stdout)
    except (subprocess.SubprocessError, ValueError) as e:
        raise UnreadablePdf from e
    if found["pages"] > limits.pdf_pages:
        raise TooManyPages(pages=found["pages"], limit=limits.pdf_pages)
    return list(found["codes"])


def _on_white(picture: Image.Image) -> Image.Image:
    """Grey, with transparency on white paper: a transparent code would else be black on black."""
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture).convert("L")
    return picture.convert("L")


def _codes(picture: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [code.text for code in found]


def _only(codes: list[str]) -> str:
    """The only text; the same code twice is one."""
    different = set(codes)
    if len(different) > 1:
        raise SeveralCodes(found=len(different))
    if not "".join(different):
        raise NothingFound
    return different.pop()
