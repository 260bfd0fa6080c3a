"""The codes on a paper copy, read from its pages as a scanner has them."""

from __future__ import annotations

import pypdfium2
import zxingcpp
from PIL.Image import Image


def pages(pdf: bytes, dpi: int) -> list[Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72).to_pil() for page in document]


def qr_texts(pdf: bytes, dpi: int = 150) -> list[str]:
    formats = zxingcpp.BarcodeFormat.QRCode
    return [found.text for page in pages(pdf, dpi) for found in zxingcpp.read_barcodes(page, formats=formats)]


def qr_text(pdf: bytes) -> str:
    """Of the only QR code."""
    (text,) = qr_texts(pdf)
    return text
