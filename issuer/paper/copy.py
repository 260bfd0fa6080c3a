"""The page itself: title, authority, a row for each field, the QR code at level M and how to check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from PIL import Image

from credential import CertificateType, Kind
from issuer.paper.fonts import Fonts
from issuer.paper.qr_code import qr_symbol

LEVEL = "M"
_MARGIN, _LABEL_WIDTH = 20.0, 52.0
_VALUE_SIZE, _IDENTIFIER_SIZE = 11.0, 8.5
"""Points; a GB/T 36904 identifier fits one line."""
_MODULE = 0.55
"""Millimetres a module: 3.2 pixels at 150 dpi, where readers want 2.5."""
_SCALE = 8
"""Pixels a module in the embedded picture, so that no viewer blurs it."""
_CHECKING = (
    "请在办事窗口出示本页，窗口扫描二维码即可核验，无需联网查询发证机关。请同时出示本人身份证件。",
    "Show this page at any window: the QR code is checked there without asking the issuer. "
    "Bring an identity document with it.",
)
_GREY, _BLACK, _RED = (110, 110, 110), (0, 0, 0), (150, 30, 30)


@dataclass(frozen=True, slots=True)
class PaperCopy:
    """What is printed. `qr_text` is the credential's QR form; `made_at` the instant it is dated with."""

    certificate_type: CertificateType
    authority: str
    claims: Mapping[str, str] = field(repr=False)
    qr_text: str = field(repr=False)
    made_at: int


def paper_copy(copy: PaperCopy, fonts: Fonts) -> bytes:
    """The PDF. Raises MissingGlyphs, TooLongForQr. The same copy is the same octets."""
    fonts.must_have((copy.authority, *copy.claims.values()))
    symbol = qr_symbol(copy.qr_text, LEVEL)
    pdf = _document(copy, fonts)
    _heading(pdf, copy)
    for each in copy.certificate_type.fields:
        if each.name in copy.claims:
            size = _IDENTIFIER_SIZE if each.kind is Kind.CERTIFICATE_IDENTIFIER else _VALUE_SIZE
            _row(pdf, each.zh, each.en, copy.claims[each.name], size)
    _code(pdf, symbol)
    return bytes(pdf.output())


class _Page(FPDF):
    """A4 with the certificate's identifier and the page's number at the foot of every page."""

    def __init__(self, identifier: str) -> None:
        super().__init__(format="A4")
        self._identifier = identifier

    def footer(self) -> None:
        self.set_y(-_MARGIN + 5)
        self.set_font_size(8)
        self.set_text_color(*_GREY)
        self.cell(self.epw, 5, f"{self._identifier}  ·  {self.page_no()}", align="C")


def _document(copy: PaperCopy, fonts: Fonts) -> FPDF:
    pdf = _Page(copy.claims["certificate_identifier"])
    pdf.set_creation_date(datetime.fromtimestamp(copy.made_at, UTC))
    pdf.set_title(f"{copy.certificate_type.zh} {copy.certificate_type.en}")
    pdf.set_lang("zh-CN")
    pdf.set_margins(_MARGIN, _MARGIN)
    pdf.set_auto_page_break(True, margin=_MARGIN)
    fonts.add_to(pdf)
    pdf.add_page()
    return pdf


def _heading(pdf: FPDF, copy: PaperCopy) -> None:
    _line(pdf, copy.certificate_type.zh, size=26, height=14, colour=_RED)
    _line(pdf, copy.certificate_type.en, size=12, height=6, colour=_GREY)
    _line(pdf, copy.authority, size=12, height=9, colour=_BLACK)
    pdf.ln(3)
    pdf.set_draw_color(*_RED)
    pdf.line(_MARGIN, pdf.get_y(), pdf.w - _MARGIN, pdf.get_y())
    pdf.ln(4)


def _line(pdf: FPDF, text: str, *, size: float, height: float, colour: tuple[int, int, int]) -> None:
    pdf.set_font_size(size)
    pdf.set_text_color(*colour)
    pdf.multi_cell(pdf.epw, height, text, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _row(pdf: FPDF, zh: str, en: str, value: str, size: float) -> None:
    """A label in both languages, and beside it the value, over as many lines as it takes."""
    if pdf.get_y() > pdf.h - _MARGIN - 12:
        pdf.add_page()
    top, page = pdf.get_y(), pdf.page
    pdf.set_text_color(*_GREY)
    pdf.set_font_size(10)
    pdf.multi_cell(_LABEL_WIDTH, 5, zh, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font_size(7.5)
    pdf.multi_cell(_LABEL_WIDTH, 3.5, en, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    bottom = pdf.get_y()
    pdf.set_xy(_MARGIN + _LABEL_WIDTH, top)
    pdf.set_text_color(*_BLACK)
    pdf.set_font_size(size)
    pdf.multi_cell(pdf.epw - _LABEL_WIDTH, 6, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    lowest = max(bottom, pdf.get_y()) if pdf.page == page else pdf.get_y()
    pdf.set_xy(_MARGIN, lowest + 2)


def _code(pdf: FPDF, symbol: Image.Image) -> None:
    """The QR code on the left with the words beside it, on a new page where it does not fit."""
    side = symbol.width * _MODULE
    if pdf.get_y() + side + 8 > pdf.h - _MARGIN:
        pdf.add_page()
    top = pdf.get_y() + 4
    pixels = symbol.width * _SCALE
    picture = symbol.resize((pixels, pixels), Image.Resampling.NEAREST)
    pdf.image(picture, x=_MARGIN, y=top, w=side, h=side, alt_text="核验二维码 QR code for checking")
    pdf.set_xy(_MARGIN + side + 6, top + 6)
    pdf.set_left_margin(_MARGIN + side + 6)
    for text, size, colour in zip(_CHECKING, (11, 9), (_BLACK, _GREY), strict=True):
        pdf.set_font_size(size)
        pdf.set_text_color(*colour)
        pdf.multi_cell(0, size * 0.55, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        pdf.ln(3)
    pdf.set_left_margin(_MARGIN)
