"""A citizen with a wallet, and a forger with a printer."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image

from credential import Presentation, SigningKey, assemble, disclosures, issue, parse_presented, payload_octets
from credential.qr import pack, to_text
from ledger import load_catalogue
from scripts.story.processes import yinxin

PASSPHRASE = {"YINXIN_WALLET_PASSPHRASE": "a long example passphrase"}


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody with a wallet in `folder`; every act is one command."""

    folder: Path

    @classmethod
    def with_new_wallet(cls, folder: Path, network: Path, source: str) -> Citizen:
        citizen = cls(folder)
        citizen._wallet("init", "--network", network, "--source", source)
        return citizen

    def accept(self, offer: str, transaction_code: str) -> str:
        """Collects what an offer is for and checks it by the ledger; the credential's id in the wallet."""
        told = self._wallet("accept", offer, "--tx-code", transaction_code, "--wait", "180").strip()
        if "checked and kept" not in told or "not yet" in told:
            raise RuntimeError(told)
        return told.rpartition(": ")[2]

    def show(self, credential_id: str, picture: Path) -> bytes:
        """Name and validity, as a live code."""
        self._wallet("show", credential_id, "--png", picture)
        return picture.read_bytes()

    def _wallet(self, *words: str | Path) -> str:
        return yinxin("wallet", "--wallet", self.folder, *words, env=PASSPHRASE)


@dataclass(frozen=True, slots=True)
class _ForgersKey:
    """Signs with a key of the forger's own, under the name of the issuer's."""

    kid: bytes
    key: SigningKey

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


def forge(paper_code: bytes, holder_name: str, key: SigningKey) -> bytes:
    """A paper code that looks right in every field, place and path, made out to somebody else."""
    catalogue = load_catalogue()
    shown = parse_presented(read_code(paper_code), catalogue)
    assert isinstance(shown, Presentation)
    payload = shown.payload
    certificate_type = catalogue.by_code(payload.type_code, payload.type_version)
    assert certificate_type is not None
    claims = {each.name: each.value for each in shown.disclosures} | {"certificate_holder_name": holder_name}
    seed = bytes(16)
    forged = payload_octets(
        certificate_type,
        claims,
        seed=seed,
        issuer=payload.issuer,
        position=payload.position,
        issued_at=payload.issued_at,
        holder_key=None,
    )
    jwt = issue(forged, shown.header.inclusion_path, _ForgersKey(shown.header.kid, key))
    return draw_code(to_text(pack(assemble(jwt, disclosures(certificate_type, claims, seed)), catalogue, seed=seed)))


def read_code(picture: bytes) -> str:
    """The text of the one QR code in a picture."""
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)), formats=formats)
    text: str = found.text
    return text


def draw_code(text: str) -> bytes:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = io.BytesIO()
    Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4, add_quiet_zones=True)).save(picture, "PNG")
    return picture.getvalue()
