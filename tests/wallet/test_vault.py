"""The vault: nothing readable at rest, nothing changed unnoticed, nothing half written."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wallet.errors import DamagedVault, NoVault, VaultBusy, VaultExists, WrongPassphrase
from wallet.vault import Vault

COST = 2**4
CONTENT = "张三的驾驶证".encode() * 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wallet" / "vault"


def create(path: Path, content: bytes = CONTENT) -> Vault:
    return Vault.create(path, "passphrase 口令", content, secrets.token_bytes, COST)


def opened(path: Path) -> Vault:
    return Vault.open(path, "passphrase 口令", secrets.token_bytes)


def test_what_is_saved_is_loaded(path: Path) -> None:
    create(path).save(b"second")
    assert opened(path).load() == b"second"


def test_nothing_is_readable_at_rest(path: Path) -> None:
    create(path)
    assert "张三".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_content_is_never_encrypted_twice_alike(path: Path) -> None:
    vault = create(path)
    first = path.read_bytes()
    vault.save(CONTENT)
    assert path.read_bytes() != first


def test_a_wrong_passphrase_is_named_so(path: Path) -> None:
    create(path)
    with pytest.raises(WrongPassphrase):
        Vault.open(path, "passphrase", secrets.token_bytes)


def test_every_changed_octet_is_noticed(path: Path) -> None:
    create(path, b"short")
    whole = path.read_bytes()
    for index in range(len(whole)):
        changed = bytearray(whole)
        changed[index] ^= 1
        path.write_bytes(changed)
        with pytest.raises((DamagedVault, WrongPassphrase)):
            opened(path)


def test_a_changed_ciphertext_is_damage_not_a_wrong_passphrase(path: Path) -> None:
    create(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(DamagedVault):
        opened(path)


def test_every_cut_file_is_damage(path: Path) -> None:
    create(path, b"short")
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedVault):
            opened(path)


def test_parameters_that_would_exhaust_memory_are_refused(path: Path) -> None:
    create(path)
    path.write_bytes(path.read_bytes().replace(b'"n": 16,', b'"n": 1073741824,'))
    with pytest.raises(DamagedVault):
        opened(path)


MEMBERS = {"kdf": "scrypt", "n": 16, "r": 8, "p": 1, "salt": "00" * 16, "check": "00" * 32}
CHANGES = [{"check": "é"}, {"check": 5}, {"check": None}, {"salt": "é"}, {"n": 16.0}, {"n": True}, {"kdf": []}]
HEADERS = [
    b"",
    b"\xff",
    b"[]",
    b"[" * 60_000,
    b'{"n":' * 12_000,
    b'{"n":' + b"9" * 5000 + b"}",
    *(json.dumps(MEMBERS | change, ensure_ascii=False).encode() for change in CHANGES),
]


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: repr(header[:12] + header[-12:]))
def test_a_header_that_is_none_is_damage(path: Path, header: bytes) -> None:
    create(path)
    path.write_bytes(b"yinxin-wallet/1\n" + len(header).to_bytes(2) + header + bytes(40))
    with pytest.raises(DamagedVault):
        opened(path)


def test_a_header_of_an_earlier_version_is_read(path: Path) -> None:
    """Byte for byte what they wrote, with spaces."""
    salt, key = bytes(range(16)), hashlib.scrypt(b"p", salt=bytes(range(16)), n=16, r=8, p=1, dklen=64)
    check = hashlib.sha256(key[32:]).hexdigest()
    header = b'{"kdf": "scrypt", "n": 16, "r": 8, "p": 1, "salt": "%s", "check": "%s"}' % (
        salt.hex().encode(),
        check.encode(),
    )
    before = b"yinxin-wallet/1\n" + len(header).to_bytes(2) + header + bytes(12)
    path.parent.mkdir()
    path.write_bytes(before + AESGCM(key[:32]).encrypt(bytes(12), b"content", before))
    assert Vault.open(path, "p", secrets.token_bytes).load() == b"content"


def test_a_vault_is_never_overwritten_by_a_new_one(path: Path) -> None:
    create(path)
    with pytest.raises(VaultExists):
        create(path)


def test_no_file_is_no_wallet(path: Path) -> None:
    with pytest.raises(NoVault):
        opened(path)


def test_two_processes_do_not_write_at_once(path: Path) -> None:
    vault = create(path)
    with vault.locked(), pytest.raises(VaultBusy), opened(path).locked():
        pass


def test_killed_while_saving_it_holds_the_old_or_the_new(path: Path) -> None:
    create(path, b"0" * 100_000)
    for number in range(15):
        vault = opened(path)
        child = os.fork()
        if child == 0:
            for digit in range(10_000):
                vault.save(str((number + digit) % 10).encode() * 100_000)
            os._exit(0)
        time.sleep(secrets.randbelow(20) / 1000)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        content = opened(path).load()
        assert len(content) == 100_000
        assert len(set(content)) == 1
