"""The size that the format is for, proven by drawing the code and reading it back."""

from __future__ import annotations

import pytest
import zxingcpp

from credential.qr import from_text, to_text, unpack
from credential.qr import pack as pack_qr


def draw(text: str, level: str) -> tuple[int, str]:
    """The version of the QR code that holds `text`, and what a reader reads in it."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    modules = barcode.to_image(add_quiet_zones=False).shape[0]
    (read,) = zxingcpp.read_barcodes(barcode.to_image(scale=4), formats=zxingcpp.BarcodeFormat.QRCode)
    return (modules - 17) // 4, read.text


def vector(vectors, name):
    (found,) = (each for each in vectors["packed"] if each["name"] == name)
    return found


def test_the_reference_licence_with_the_seed_fits_version_20_at_level_l(vectors, catalogue):
    reference = vector(vectors, "reference-licence, seed")
    octets = pack_qr(reference["presentation"], catalogue, seed=bytes.fromhex(reference["seed"]))
    assert len(octets) <= 832
    version, read = draw(to_text(octets), "L")
    assert version <= 20
    assert unpack(from_text(read), catalogue) == reference["presentation"]


def test_the_reference_licence_is_what_the_size_is_promised_for(vectors, catalogue):
    from credential import parse_presentation

    presentation = parse_presentation(vector(vectors, "reference-licence, seed")["presentation"])
    claims = {each.name: each.value for each in presentation.disclosures}
    assert claims.keys() == {each.name for each in catalogue.types[1, 1].fields}
    assert len(claims) == 10
    assert 60 <= len(claims["business_scope"]) <= 65
    assert len(presentation.header.inclusion_path) == 10
    assert presentation.payload.holder_key is not None
    assert presentation.key_binding is not None


@pytest.mark.parametrize("name", ["paper-business-licence, seed", "absent-fields, seed"])
def test_a_paper_credential_fits_a_readable_code_at_level_m(name, vectors, catalogue):
    paper = vector(vectors, name)
    version, read = draw(paper["text"], "M")
    assert version <= 20
    assert unpack(from_text(read), catalogue) == paper["presentation"]
