"""The paper copy of a credential: a PDF with readable fields in Chinese and English, and its QR code."""

from issuer.paper.copy import PaperCopy, paper_copy
from issuer.paper.fonts import Fonts
from issuer.paper.qr_code import TooLongForQr, qr_png, qr_symbol

__all__ = ["Fonts", "PaperCopy", "TooLongForQr", "paper_copy", "qr_png", "qr_symbol"]
