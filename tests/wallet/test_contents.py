"""Contents: nothing is lost on the way to disk and back, and nothing secret is in a repr."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credential import base64url
from ledger import serialise_network_file
from tests.ledger.replica_samples import NETWORK
from wallet.contents import Collection, Contents, Held, Trust, decode, encode
from wallet.errors import DamagedVault, NoSuchCredential

HELD = Held("aa01", "jwt~", b"s" * 16, b"k" * 32, 1, None)
COLLECTION = Collection(
    "aa02", "https://b", "c", None, "code", "123456", b"k" * 32, 1, "token", "tx", 7, "jwt~", b"s" * 16
)
CONTENTS = Contents(Trust(NETWORK, ("http://127.0.0.1:1",)), (HELD,), (COLLECTION,))


def test_what_is_written_is_read_back() -> None:
    assert decode(encode(CONTENTS)) == CONTENTS
    assert decode(encode(Contents())) == Contents()


def test_a_network_file_that_is_none_is_a_typed_error() -> None:
    stored = base64url.encode(serialise_network_file(NETWORK)).encode()
    other = base64url.encode(serialise_network_file(replace(NETWORK, name=""))).encode()
    assert encode(CONTENTS).count(stored) == 1
    with pytest.raises(DamagedVault):
        decode(encode(CONTENTS).replace(stored, other))


def test_no_secret_is_in_a_repr() -> None:
    shown = repr(CONTENTS)
    for secret in ("code", "123456", "token", "jwt~", "kkkk", "ssss", "tx"):
        assert f"'{secret}" not in shown


@pytest.mark.parametrize("octets", [b"", b"[]", b"{}", b'{"format":"yinxin-wallet-contents/2"}', encode(CONTENTS)[:-1]])
def test_another_content_is_a_typed_error(octets: bytes) -> None:
    with pytest.raises(DamagedVault):
        decode(octets)


def test_an_entry_is_found_by_the_beginning_of_its_id_if_that_is_enough() -> None:
    assert CONTENTS.find("aa01") == HELD
    assert CONTENTS.find("aa") == HELD
    assert CONTENTS.without("aa02").collections == ()
    with pytest.raises(NoSuchCredential):
        CONTENTS.without("aa")


def test_what_is_kept_takes_the_place_of_its_collection() -> None:
    kept = Contents(collections=(COLLECTION,)).with_held(Held("aa02", "jwt~", None, b"k" * 32, 1, 1))
    assert kept.collections == ()
    assert [each.id for each in kept.held] == ["aa02"]
