"""What is kept: a complete credential of ours; what the ledger denies is refused, what it cannot tell is unchecked."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from credential import Reason, SigningKey, bind, parse_presentation, present
from ledger import Replica, load_catalogue
from tests.wallet.wallet_samples import CLAIMS, NOW, issued
from wallet.checking import check_form, check_origin
from wallet.errors import CredentialRefused


def form(made, seed="own", text=None, key=None):
    return check_form(text or made.text, made.seed if seed == "own" else seed, key or made.holder_key, load_catalogue())


def test_a_whole_credential_of_ours_has_the_right_form(licence) -> None:
    assert form(issued(licence)).payload.position == 5


def test_without_a_seed_it_is_as_good(licence) -> None:
    form(issued(licence), seed=None)


def refused(reason: str) -> object:
    return pytest.raises(CredentialRefused, match=reason)


def test_another_key_is_refused(licence) -> None:
    with refused("not_our_key"):
        form(issued(licence), key=SigningKey.from_secret(secrets.token_bytes(32)))


def test_a_credential_without_key_is_refused(licence) -> None:
    with refused("not_our_key"):
        form(issued(licence, holder_key=None))


def test_a_seed_that_does_not_reproduce_it_is_refused(licence) -> None:
    with refused("seed_does_not_match"):
        form(issued(licence), seed=secrets.token_bytes(16))


def test_a_missing_disclosure_is_refused(licence) -> None:
    made = issued(licence)
    with refused("required|missing"):
        form(made, text=present(made.text, set(CLAIMS) - {"certificate_holder_name"}))


def test_a_claim_that_does_not_fit_the_type_is_refused_without_being_repeated(licence) -> None:
    with refused("certificate_holder_code") as raised:
        form(issued(licence, CLAIMS | {"certificate_holder_code": "91310115MA1YX00014"}))
    assert "91310115MA1YX00014" not in str(raised.value)


def test_a_disclosure_that_was_not_signed_is_refused(licence) -> None:
    made, other = issued(licence), issued(licence, CLAIMS | {"legal_representative": "沈知微"})
    index = list(CLAIMS).index("legal_representative") + 1
    parts = made.text.split("~")
    parts[index] = other.text.split("~")[index]
    with refused("disclosures_do_not_match"):
        form(made, text="~".join(parts), seed=None)


def test_what_was_already_shown_to_somebody_is_refused(licence) -> None:
    made = issued(licence)
    with refused("already_bound"):
        form(made, text=bind(made.text, made.holder_key, "urn:x", "n", NOW))


@pytest.mark.parametrize("text", ["", "~", "a.b.c~", "x" * 70_000])
def test_what_is_no_credential_is_refused(licence, text: str) -> None:
    made = issued(licence)
    with pytest.raises(CredentialRefused):
        check_form(text, None, made.holder_key, load_catalogue())


@pytest.fixture
def replica(ledger_world, tmp_path: Path) -> Iterator[Replica]:
    with ledger_world.replica(tmp_path / "replica.sqlite") as found:
        yield found


def origin(text: str, key: SigningKey, replica: Replica) -> bool:
    return check_origin(text, key, replica.facts_for(parse_presentation(text)), "nonce", int(time.time()))


def test_the_ledger_confirms_denies_or_cannot_tell(ledger_world, replica, licence) -> None:
    key = SigningKey.from_secret(secrets.token_bytes(32))
    (text,) = ledger_world.issue(ledger_world.shanghai, licence, [CLAIMS], [key.public_key])
    assert origin(text, key, replica) is False
    replica.follow_once()
    assert origin(text, key, replica) is True
    (later,) = ledger_world.issue(ledger_world.shanghai, licence, [CLAIMS], [key.public_key])
    assert origin(later, key, replica) is False
    jwt, rest = text.split("~", 1)
    forged = jwt[:-4] + ("AAAA" if jwt[-4:] != "AAAA" else "BBBB") + "~" + rest
    with refused("issuer_signature_is_wrong"):
        origin(forged, key, replica)


def test_a_suspended_licence_may_still_be_kept(ledger_world, replica, licence) -> None:
    key = SigningKey.from_secret(secrets.token_bytes(32))
    (text,) = ledger_world.issue(ledger_world.shanghai, licence, [CLAIMS], [key.public_key])
    position = parse_presentation(text).payload.position
    ledger_world.set_status(ledger_world.shanghai, position, 0, 2, Reason.SUSPENDED)
    replica.follow_once()
    assert origin(text, key, replica) is True
