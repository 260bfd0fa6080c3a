"""What hosts say of themselves, put side by side, while their chains move."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from scripts.hosts.records import Host, Record, Running
from scripts.hosts.watch import Ask, look


def console(blocks: list[str], tip: int | None = None) -> Ask:
    """A host with these blocks; it says that its newest is `tip`, if that is given."""

    def ask(method: str, *params: object) -> Any:
        if method == "net_peerCount":
            return "0x1"
        if method == "eth_mining":
            return True
        named = str(params[0])
        number = (len(blocks) - 1 if tip is None else tip) if named == "latest" else int(named, 16)
        if named != "latest" and number >= len(blocks):
            return None
        return {"number": hex(number), "hash": blocks[min(number, len(blocks) - 1)]}

    return ask


@pytest.fixture
def record() -> Record:
    this = Running.of(os.getpid())
    hosts = tuple(Host(number, 0, "省", f"0x{number}", "", ("127.0.0.1", 0), 0) for number in (1, 2))
    return Record("00000000", "ports", 1, tuple(replace(each, process=this) for each in hosts), ((1, 2),))


def test_the_common_block_is_where_two_chains_part(record: Record) -> None:
    view = look(record, {1: console(["a", "b", "c", "d"]), 2: console(["a", "b", "x"])})
    assert (view.common, view.height, view.is_parted) == (1, 3, True)


def test_a_host_that_moves_to_a_shorter_branch_meanwhile_has_no_common_block_yet(record: Record) -> None:
    """Of Clique's branches the heavier one may be the shorter: what was its newest block a moment ago is gone."""
    view = look(record, {1: console(["a", "b", "c", "d"]), 2: console(["a"], tip=3)})
    assert view.common is None
    assert not view.is_parted
