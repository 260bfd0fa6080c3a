"""When the node refuses to start: what it finds does not belong together, or is older than what it has sealed."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.node import StartRefused

Start = Callable[..., Any]


@pytest.fixture
def data(start: Start, tmp_path: Path) -> Path:
    """A closed node with two blocks after the genesis."""
    node = start()
    node.mine(60)
    node.mine(60)
    node.node.close()
    return tmp_path / "node"


def change(data: Path, sql: str, *values: Any) -> None:
    connection = sqlite3.connect(data / "chain.sqlite3")
    with connection:
        connection.execute(sql, values)
    connection.close()


def test_starts_again_where_it_was(start: Start, data: Path) -> None:
    assert start().result("eth_blockNumber") == "0x2"


def test_key_and_mark_are_the_owners_alone(data: Path) -> None:
    for name in ("validator.key", "sealed-height"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_key_that_others_may_read_is_refused(start: Start, data: Path) -> None:
    (data / "validator.key").chmod(0o640)
    with pytest.raises(StartRefused, match="mode 0640"):
        start()


def test_second_node_on_the_same_data_is_refused(start: Start, node: Any, tmp_path: Path) -> None:
    from ledger.node import Node, NodeSettings

    with pytest.raises(StartRefused, match="another node is running"):
        Node(NodeSettings(tmp_path / "node"))
    assert node.result("eth_blockNumber") == "0x0"


def test_older_database_is_refused(start: Start, data: Path, tmp_path: Path) -> None:
    shutil.copy(data / "chain.sqlite3", tmp_path / "backup")
    node = start()
    node.mine(60)
    node.node.close()
    shutil.copy(tmp_path / "backup", data / "chain.sqlite3")
    with pytest.raises(StartRefused, match="ends at block 2, but block 3 has been sealed"):
        start()


def test_missing_database_is_refused(start: Start, data: Path) -> None:
    (data / "chain.sqlite3").unlink()
    with pytest.raises(StartRefused, match="blocks up to 2 have been sealed"):
        start()


def test_missing_mark_is_refused(start: Start, data: Path) -> None:
    (data / "sealed-height").unlink()
    with pytest.raises(StartRefused, match="sealed-height is missing"):
        start()


def test_mark_that_names_another_block_is_refused(start: Start, data: Path) -> None:
    (data / "sealed-height").write_text("1 " + "ab" * 32 + "\n")
    with pytest.raises(StartRefused, match="block 1 is not the one that was sealed"):
        start()


@pytest.mark.parametrize("text", ["", "2", "x y", "2 zz", "2 ab cd"])
def test_garbled_mark_is_refused(start: Start, data: Path, text: str) -> None:
    (data / "sealed-height").write_text(text)
    with pytest.raises(StartRefused, match="sealed-height does not hold"):
        start()


def test_crash_between_block_and_mark_is_no_reason_to_refuse(start: Start, data: Path) -> None:
    node = start()
    mark = (data / "sealed-height").read_text()
    node.mine(60)
    node.node.close()
    (data / "sealed-height").write_text(mark)
    assert start().result("eth_blockNumber") == "0x3"
    assert (data / "sealed-height").read_text().startswith("3 ")


def test_crash_between_key_and_genesis_is_no_reason_to_refuse(start: Start, data: Path) -> None:
    key = (data / "validator.key").read_text()
    for path in data.iterdir():
        if path.name != "validator.key":
            path.unlink()
    node = start()
    assert node.result("eth_blockNumber") == "0x0"
    assert (data / "validator.key").read_text() == key


def test_missing_key_is_refused(start: Start, data: Path) -> None:
    (data / "validator.key").unlink()
    with pytest.raises(StartRefused, match=r"validator\.key is missing"):
        start()


@pytest.mark.parametrize("text", ["", "zz", "ab" * 31])
def test_garbled_key_is_refused(start: Start, data: Path, text: str) -> None:
    (data / "validator.key").write_text(text)
    with pytest.raises(StartRefused, match="64 hexadecimal digits"):
        start()


def test_other_key_is_refused(start: Start, data: Path) -> None:
    (data / "validator.key").write_text("07" * 32)
    with pytest.raises(StartRefused, match="the database has validator"):
        start()


def test_other_chain_id_is_refused(start: Start, data: Path) -> None:
    with pytest.raises(StartRefused, match="the database has chain_id 20260, this node 5"):
        start(chain_id=5)


def test_chain_id_of_the_first_start_is_kept(start: Start) -> None:
    assert start(chain_id=77).result("eth_chainId") == hex(77)
    assert start().result("eth_chainId") == hex(77)


def test_other_hash_rule_is_refused(start: Start, data: Path) -> None:
    change(data, "UPDATE identity SET value = 'ethash' WHERE name = 'hash_rule'")
    with pytest.raises(StartRefused, match="the database has hash_rule ethash, this node qbft"):
        start()


def test_database_of_another_program_is_refused(start: Start, data: Path) -> None:
    change(data, "PRAGMA application_id = 1")
    with pytest.raises(StartRefused, match="not the database of an embedded node"):
        start()


def test_database_of_another_format_is_refused(start: Start, data: Path) -> None:
    change(data, "PRAGMA user_version = 2")
    with pytest.raises(StartRefused, match="has format 2, this program reads format 1"):
        start()


def test_file_that_is_no_database_is_refused(start: Start, data: Path) -> None:
    (data / "chain.sqlite3").write_bytes(b"not a database, but long enough to look at" * 40)
    with pytest.raises(StartRefused, match="cannot be opened as a database"):
        start()


@pytest.mark.parametrize("place", [5, 100, 560, 700])
def test_head_with_a_changed_octet_is_refused(start: Start, data: Path, place: int) -> None:
    connection = sqlite3.connect(data / "chain.sqlite3")
    header = bytearray(connection.execute("SELECT header FROM blocks WHERE number = 2").fetchone()[0])
    header[min(place, len(header) - 1)] ^= 1
    connection.close()
    change(data, "UPDATE blocks SET header = ? WHERE number = 2", bytes(header))
    with pytest.raises(StartRefused, match="block 2 is"):
        start()


def test_head_whose_state_is_missing_is_refused(start: Start, client: Any, tmp_path: Path) -> None:
    node = start()
    node.send(client.deploy())
    node.mine()
    node.node.close()
    change(tmp_path / "node", "DELETE FROM nodes")
    with pytest.raises(StartRefused, match="the state of block 1 is missing"):
        start()


def test_head_far_ahead_of_the_clock_is_refused(start: Start, data: Path, clock: Any) -> None:
    clock.now -= 60
    start().node.close()
    clock.now -= 1
    with pytest.raises(StartRefused, match="61 s ahead of the clock"):
        start()


def test_second_block_of_one_number_cannot_be_stored(node: Any, client: Any) -> None:
    node.mine(60)
    with node.node.reading() as view:
        header, size = view.head_header(), view.size(1)
    from ledger.node.records import Produced

    with pytest.raises(sqlite3.IntegrityError):
        node.node._store.commit(Produced(header, size, (), (), {}, ()), lambda: None)
    assert node.result("eth_blockNumber") == "0x1"


@pytest.mark.parametrize("name", ["block_seconds", "heartbeat_seconds", "chain_id"])
def test_setting_below_one_is_a_callers_error(tmp_path: Path, name: str) -> None:
    from ledger.node import NodeSettings

    with pytest.raises(ValueError, match=f"{name} is 0"):
        NodeSettings(tmp_path, **{name: 0})
