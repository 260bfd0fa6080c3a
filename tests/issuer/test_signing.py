"""Key files: nobody else's, and only with their passphrase."""

from __future__ import annotations

import pytest

from issuer.errors import UnusableKey
from issuer.signing import load_key, make_key


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    file = tmp_path / "key.pem"
    make_key(file, None)
    file.chmod(0o640)
    with pytest.raises(UnusableKey, match="0600"):
        load_key(file, None)


def test_an_encrypted_key_opens_with_its_passphrase_only(tmp_path):
    file = tmp_path / "key.pem"
    made = make_key(file, "a passphrase")
    assert b"ENCRYPTED" in file.read_bytes()
    assert load_key(file, "a passphrase").kid == made.kid
    for wrong in (None, "another"):
        with pytest.raises(UnusableKey, match="passphrase"):
            load_key(file, wrong)
    with pytest.raises(FileExistsError):
        make_key(file, None)


@pytest.mark.parametrize("text", ["", "not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(tmp_path, text):
    file = tmp_path / "key.pem"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(UnusableKey):
        load_key(file, None)


def test_a_missing_key_is_told_by_the_files_name(tmp_path):
    with pytest.raises(UnusableKey, match=r"key\.pem"):
        load_key(tmp_path / "key.pem", None)
