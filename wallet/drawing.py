"""Draws a live code: as PNG with its expiry in words, and in half blocks for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from io import BytesIO

import zxingcpp
from PIL import Image, ImageDraw, ImageFont, ImageOps

_PIXELS_A_MODULE = 6
_QUIET_MODULES = 4
_SHANGHAI = timedelta(hours=8)
_FONT = files("wallet").joinpath("fonts/caption.otf").read_bytes()


def time_of_day(instant: int) -> str:
    """HH:MM:SS in Shanghai."""
    return f"{datetime.fromtimestamp(instant, UTC) + _SHANGHAI:%H:%M:%S}"


def caption(expires_at: int) -> tuple[str, str]:
    """What is written under a code, in Chinese and English."""
    until = time_of_day(expires_at)
    return f"有效至 {until}，截图无效", f"Valid until {until} UTC+8. A screenshot is void."


def png(qr_text: str, expires_at: int) -> bytes:
    """The code at level L, with the caption under it."""
    code = _modules(qr_text)
    code = code.resize((code.width * _PIXELS_A_MODULE, code.height * _PIXELS_A_MODULE), Image.Resampling.NEAREST)
    line_height = max(code.width // 16, 14)
    sheet = Image.new("L", (code.width, code.height + 3 * line_height), 255)
    sheet.paste(code)
    pen = ImageDraw.Draw(sheet)
    for index, line in enumerate(caption(expires_at)):
        font = ImageFont.truetype(BytesIO(_FONT), size=int(line_height * (0.85 - 0.25 * index)))
        middle = (code.width // 2, code.height + line_height // 2 + index * line_height)
        pen.text(middle, line, fill=0, font=font, anchor="mm")
    out = BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def terminal_lines(qr_text: str, *, coloured: bool) -> Iterator[str]:
    """Two rows of modules a line. Coloured: black on white whatever the terminal's colours; else blocks are ink."""
    code = _modules(qr_text)
    for top in range(0, code.height, 2):
        line = "".join(_half_block(code, x, top) for x in range(code.width))
        yield f"\x1b[30;107m{line}\x1b[0m" if coloured else line


def _half_block(code: Image.Image, x: int, top: int) -> str:
    upper = code.getpixel((x, top)) == 0
    lower = top + 1 < code.height and code.getpixel((x, top + 1)) == 0
    return " ▄▀█"[2 * upper + lower]


def _modules(qr_text: str) -> Image.Image:
    """One pixel a module, with the quiet zone that ISO/IEC 18004 asks for."""
    code = zxingcpp.create_barcode(qr_text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    drawn = Image.fromarray(code.to_image(add_quiet_zones=False))
    return ImageOps.expand(drawn, border=_QUIET_MODULES, fill=255)
