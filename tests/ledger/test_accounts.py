"""Key files: written once, readable by their owner only, opened with the right passphrase, never quoted in an error."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from eth_account import Account as Independent

from ledger import Account, AccountProblem, Call, Fees, load_account, save_account
from tests.small_disk import SmallDisk

SECRET = bytes(31) + b"\x01"
ADDRESS = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"

KEYFILE = {
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf": "pbkdf2",
        "kdfparams": {
            "c": 262144,
            "dklen": 32,
            "prf": "hmac-sha256",
            "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
        },
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3,
}


def test_the_address_is_that_of_the_key() -> None:
    assert Account.from_secret(SECRET).hex_address == ADDRESS


def test_an_account_does_not_show_its_secret() -> None:
    assert "secret" not in repr(Account.from_secret(SECRET))


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32, b"\x01" * 31])
def test_what_is_no_private_key_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match="not a secp256k1 private key"):
        Account.from_secret(secret)


def test_a_plain_file_is_for_its_owner_only_and_read_back(tmp_path: Path) -> None:
    path, account = tmp_path / "key.json", Account.create()
    save_account(account, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_account(path) == account


def test_an_encrypted_file_needs_its_passphrase(tmp_path: Path) -> None:
    path, account = tmp_path / "key.json", Account.create()
    save_account(account, path, "开门")
    assert account.secret.hex() not in path.read_text()
    assert load_account(path, "开门") == account
    with pytest.raises(AccountProblem, match="a passphrase is needed"):
        load_account(path)
    with pytest.raises(AccountProblem, match="cannot be opened with this passphrase"):
        load_account(path, "wrong")


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    save_account(Account.create(), path)
    before = path.read_bytes()
    with pytest.raises(AccountProblem, match="exists already"):
        save_account(Account.create(), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "nonsense", '{"format": "yinxin-account/1"}', "[" * 100_000, '{"crypto":' * 100_000]
)
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(content)
    with pytest.raises(AccountProblem):
        load_account(path)


def test_a_key_file_of_others_is_opened(tmp_path: Path) -> None:
    """The example of the Web3 Secret Storage definition."""
    (tmp_path / "key.json").write_text(json.dumps(KEYFILE))
    secret = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
    assert load_account(tmp_path / "key.json", "testpassword").secret.hex() == secret


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 4},
        {"version": None},
        {"crypto": []},
        {"crypto": KEYFILE["crypto"] | {"kdf": "md5"}},
        {"crypto": KEYFILE["crypto"] | {"kdfparams": KEYFILE["crypto"]["kdfparams"] | {"prf": 5}}},
        {"crypto": KEYFILE["crypto"] | {"kdfparams": KEYFILE["crypto"]["kdfparams"] | {"prf": "hmac-md5"}}},
    ],
)
def test_a_damaged_encrypted_key_is_told(tmp_path: Path, changes: dict[str, object]) -> None:
    (tmp_path / "key.json").write_text(json.dumps(KEYFILE | changes))
    with pytest.raises(AccountProblem, match="cannot be opened"):
        load_account(tmp_path / "key.json", "testpassword")


def test_on_a_full_disk_no_half_of_a_key_file_stays(tmp_path: Path, small_disk: SmallDisk) -> None:
    path = small_disk.path / "key.json"
    with small_disk.full(), pytest.raises(AccountProblem, match="No space left"):
        save_account(Account.create(), path)
    assert not path.exists()
    save_account(Account.create(), path)


def test_a_damaged_key_is_told_without_quoting_it(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    save_account(Account.create(), path)
    document = json.loads(path.read_text())
    document["private_key"] = "0x" + SECRET.hex()
    path.write_text(json.dumps(document))
    with pytest.raises(AccountProblem, match="its address is not its key's") as problem:
        load_account(path)
    assert SECRET.hex() not in str(problem.value)


def test_a_signed_transaction_is_by_the_account_and_always_the_same() -> None:
    account = Account.from_secret(SECRET)
    call = Call(b"\x22" * 20, b"\x01\x02", 50_000, "a call")
    signed = account.sign(20260, 7, call, Fees())
    assert signed == account.sign(20260, 7, call, Fees())
    assert Independent.recover_transaction(signed.raw).lower() == ADDRESS
    assert account.sign(20260, 8, call, Fees()).hash != signed.hash
