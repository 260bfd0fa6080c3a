"""Drawing QR codes with zxing-cpp: one pixel a module, so that whoever places one chooses its size."""

from __future__ import annotations

from io import BytesIO
from typing import cast

import zxingcpp
from PIL import Image

from issuer.errors import IssuerError

QUIET_MODULES = 4


class TooLongForQr(IssuerError):
    """The text does not fit the largest QR code of the level."""


def qr_symbol(text: str, level: str) -> Image.Image:
    """The symbol with its quiet zone, black on white. `level` is L, M, Q or H. Raises TooLongForQr."""
    try:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    except ValueError as error:
        raise TooLongForQr(f"{len(text)} characters do not fit a QR code of level {level}") from error
    drawn = barcode.to_image(scale=1, add_quiet_zones=False)
    height, width = drawn.shape
    modules = Image.frombytes("L", (width, height), cast(bytes, drawn))
    side = modules.width + 2 * QUIET_MODULES
    symbol = Image.new("L", (side, side), 255)
    symbol.paste(modules, (QUIET_MODULES, QUIET_MODULES))
    return symbol


def qr_png(text: str, level: str = "M", pixels: int = 6) -> bytes:
    """A PNG with `pixels` for each module. Raises TooLongForQr."""
    symbol = qr_symbol(text, level)
    side = symbol.width * pixels
    png = BytesIO()
    symbol.resize((side, side), Image.Resampling.NEAREST).convert("1").save(png, "PNG")
    return png.getvalue()
