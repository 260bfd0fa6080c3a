"""Run as a process of its own: a PDF on standard input, the QR codes on its pages as JSON out. Imports no other module.

A PDF that crashes or exhausts the renderer takes only this process with it. Arguments: pages, pixels a page, seconds.
"""

from __future__ import annotations

import json
import resource
import sys

_RESOLUTION = 300 / 72  # pixels a point: 300 dpi, about five pixels a module for a code of 5 cm
_MEMORY = 2 << 30


def codes_on(page: object, pixels: int) -> list[str]:
    """The texts of the QR codes on one page, rendered at 300 dpi or as fine as the limit of pixels allows."""
    import zxingcpp

    width, height = page.get_size()  # type: ignore[attr-defined]
    scale = min(_RESOLUTION, (pixels / max(width * height, 1.0)) ** 0.5)
    picture = page.render(scale=scale, grayscale=True).to_pil()  # type: ignore[attr-defined]
    return [
        code.text
        for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    ]


def main(pages: int, pixels: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    import pypdfium2

    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    codes = [code for page in document for code in codes_on(page, pixels)] if len(document) <= pages else []
    json.dump({"pages": len(document), "codes": codes}, sys.stdout)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
