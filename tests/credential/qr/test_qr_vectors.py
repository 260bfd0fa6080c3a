"""The vectors of spec/qr.md. Packed octets are never compared: two packers may differ, what unpacks may not."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from credential import Presentation, Unreadable
from credential.qr import MalformedQr, NotPackable, UnknownVersion, from_text, pack, parse_presented, to_text, unpack

SPEC = Path(__file__).parents[3] / "spec"
ERRORS = {"malformed_qr": MalformedQr, "unknown_version": UnknownVersion}


def seed_of(vector):
    return None if vector["seed"] is None else bytes.fromhex(vector["seed"])


def test_what_is_packed_unpacks_octet_for_octet(vectors, catalogue):
    assert len(vectors["packed"]) >= 19
    for vector in vectors["packed"]:
        octets = from_text(vector["text"])
        assert len(octets) == vector["octets"], vector["name"]
        assert unpack(octets, catalogue) == vector["presentation"], vector["name"]


def test_what_is_packed_packs_here_and_no_longer(vectors, catalogue):
    for vector in vectors["packed"]:
        octets = pack(vector["presentation"], catalogue, seed=seed_of(vector))
        assert len(octets) <= vector["octets"] + 8, vector["name"]
        assert unpack(octets, catalogue) == vector["presentation"], vector["name"]


def test_what_is_packed_is_read_at_the_windows_door(vectors, catalogue):
    for vector in vectors["packed"]:
        presentation = parse_presented(vector["text"], catalogue)
        assert isinstance(presentation, Presentation), vector["name"]
        assert presentation.text == vector["presentation"], vector["name"]


def test_what_has_no_lossless_form_is_refused(vectors, catalogue):
    assert len(vectors["not_packable"]) >= 7
    for vector in vectors["not_packable"]:
        with pytest.raises(NotPackable):
            pack(vector["presentation"], catalogue, seed=seed_of(vector))


def test_what_is_refused_is_refused_by_its_error(vectors, catalogue):
    assert len(vectors["refused"]) >= 33
    for vector in vectors["refused"]:
        with pytest.raises(ERRORS[vector["error"]]):
            unpack(from_text(vector["text"]), catalogue)


def test_what_is_refused_at_the_windows_door_has_its_code(vectors, catalogue):
    for vector in vectors["refused"]:
        if vector["text"].startswith("YX:"):
            unreadable = parse_presented(vector["text"], catalogue)
            assert isinstance(unreadable, Unreadable), vector["name"]
            assert unreadable.code == vector["error"], vector["name"]


def test_dictionaries_never_change(vectors, catalogue):
    """A changed dictionary makes every paper code printed with it unreadable: give the new one a new number."""
    found = {number: sha256(octets).hexdigest() for number, octets in catalogue.dictionaries.items()}
    assert found == {each["number"]: each["sha256"] for each in vectors["dictionaries"]}


def test_every_type_packs_with_a_dictionary_that_is_here(catalogue):
    assert {each.dictionary for each in catalogue.types.values()} <= catalogue.dictionaries.keys()


def test_the_example_in_the_document_is_the_first_vector_with_the_seed(vectors):
    document = (SPEC / "qr.md").read_text(encoding="utf-8")
    (vector,) = (each for each in vectors["packed"] if each["name"] == "reference-licence, seed")
    assert vector["text"] in document.replace("\\\n", "")
    assert to_text(from_text(vector["text"])) == vector["text"]


def test_the_vectors_show_the_credentials_of_the_other_vectors(vectors):
    """Or else: run spec/generate_qr.py after spec/generate.py."""
    shown = {each["name"]: each["presentation"] for each in vectors["packed"]}
    credentials = json.loads((SPEC / "vectors/credentials.json").read_text(encoding="utf-8"))
    for each in (*credentials, json.loads((SPEC / "vectors/reference-licence.json").read_text(encoding="utf-8"))):
        assert shown[f"{each['name']}, salts"] == each["presentation"]
