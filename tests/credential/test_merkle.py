from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential import Tree, WrongPathLength, base64url, leaf_hash, padding_leaf, path_length, root_from_path

CT_INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The test tree of Certificate Transparency's own implementations."""


def rfc_9162_root(leaves: list[bytes]) -> bytes:
    """Section 2.1.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + rfc_9162_root(leaves[:k]) + rfc_9162_root(leaves[k:])).digest()


def rfc_9162_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """Section 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < k:
        return [*rfc_9162_path(index, leaves[:k]), rfc_9162_root(leaves[k:])]
    return [*rfc_9162_path(index - k, leaves[k:]), rfc_9162_root(leaves[:k])]


def numbered(size: int) -> list[bytes]:
    return [leaf_hash(i.to_bytes(4)) for i in range(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in CT_INPUTS[:size]]
    assert Tree(leaves).root.hex() == CT_ROOTS[size - 1]


@given(st.integers(1, 200), st.data())
@settings(deadline=None)
def test_roots_and_paths_are_those_of_rfc_9162(size: int, data: st.DataObject) -> None:
    leaves, index = numbered(size), data.draw(st.integers(0, size - 1))
    tree = Tree(leaves)
    assert tree.root == rfc_9162_root(leaves)
    assert list(tree.path(index)) == rfc_9162_path(index, leaves)
    assert path_length(index, size) == len(tree.path(index))
    assert root_from_path(leaves[index], index, size, tree.path(index)) == tree.root


@pytest.mark.parametrize("size", [1, 2, 3, 63, 64, 65, 1000, 65_535, 65_536])
def test_every_boundary_size_proves_its_first_middle_and_last_leaves(size: int) -> None:
    leaves = numbered(size)
    tree = Tree(leaves)
    for index in {0, 1 % size, size // 2, max(size - 2, 0), size - 1}:
        path = tree.path(index)
        assert len(path) <= 16
        assert root_from_path(leaves[index], index, size, path) == tree.root


def test_vectors(tree_vector: dict[str, Any]) -> None:
    size, root = tree_vector["size"], bytes.fromhex(tree_vector["root"])
    for place, text in tree_vector["paths"].items():
        joined = base64url.decode(text)
        path = [joined[i : i + 32] for i in range(0, len(joined), 32)]
        assert root_from_path(leaf_hash(int(place).to_bytes(4)), int(place), size, path) == root


@given(st.integers(2, 300), st.data())
@settings(deadline=None)
def test_another_leaf_place_or_path_leads_elsewhere(size: int, data: st.DataObject) -> None:
    leaves, index = numbered(size), data.draw(st.integers(0, size - 1))
    tree = Tree(leaves)
    path = list(tree.path(index))
    assert root_from_path(leaf_hash(b"forged"), index, size, path) != tree.root
    turned = data.draw(st.integers(0, len(path) - 1))
    path[turned] = sha256(path[turned]).digest()
    assert root_from_path(leaves[index], index, size, path) != tree.root
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index))
    if path_length(other, size) == len(path):
        assert root_from_path(leaves[index], other, size, tree.path(index)) != tree.root


def test_a_path_of_another_length_is_refused_with_both_lengths() -> None:
    with pytest.raises(WrongPathLength, match="inclusion proof has 5 hashes, a batch of 100 needs 7"):
        root_from_path(bytes(32), 3, 100, [bytes(32)] * 5)
    with pytest.raises(WrongPathLength, match="inclusion proof has 1 hashes, a batch of 1 needs 0"):
        root_from_path(bytes(32), 0, 1, [bytes(32)])


@pytest.mark.parametrize("index", [-1, 5, 6])
def test_there_is_no_path_outside_the_batch(index: int) -> None:
    with pytest.raises(ValueError):
        root_from_path(bytes(32), index, 5, [])
    with pytest.raises(IndexError):
        Tree(numbered(5)).path(index)


def test_a_batch_has_a_leaf() -> None:
    with pytest.raises(ValueError):
        Tree([])


def test_padding_is_told_from_no_payload() -> None:
    assert padding_leaf(bytes(32)) == leaf_hash(bytes(32))
    with pytest.raises(ValueError, match="32 random octets, got 31"):
        padding_leaf(bytes(31))


def test_an_inner_node_is_no_leaf() -> None:
    """The prefixes keep a node's two hashes from being passed off as a payload."""
    left, right = numbered(2)
    assert leaf_hash(left + right) != Tree([left, right]).root
