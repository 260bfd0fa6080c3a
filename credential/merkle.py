"""Merkle trees of RFC 9162 (section 2.1) over the payloads of a batch, and the inclusion paths to their roots."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

HASH_OCTETS = 32
MAX_BATCH = 65_536
_LEAF, _NODE = b"\x00", b"\x01"


class WrongPathLength(ValueError):
    """An inclusion path has more or fewer hashes than its place in the batch needs."""

    def __init__(self, found: int, size: int, needed: int) -> None:
        super().__init__(f"inclusion proof has {found} hashes, a batch of {size} needs {needed}")


def leaf_hash(payload_octets: bytes) -> bytes:
    return sha256(_LEAF + payload_octets).digest()


def padding_leaf(random_octets: bytes) -> bytes:
    """A leaf that no payload has, so that a small batch does not tell its size. `random_octets`: 32."""
    if len(random_octets) != HASH_OCTETS:
        raise ValueError(f"a padding leaf needs {HASH_OCTETS} random octets, got {len(random_octets)}")
    return sha256(_LEAF + random_octets).digest()


class Tree:
    """The tree over 1 or more leaf hashes, in order. Keeps every level, so that a path costs no hashing."""

    __slots__ = ("_levels",)

    def __init__(self, leaves: Sequence[bytes]) -> None:
        if not leaves:
            raise ValueError("a batch has at least one leaf")
        self._levels: list[Sequence[bytes]] = [tuple(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_parents(self._levels[-1]))

    @property
    def size(self) -> int:
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        return self._levels[-1][0]

    def path(self, index: int) -> tuple[bytes, ...]:
        """The inclusion path of the leaf at `index`, bottom up."""
        if not 0 <= index < self.size:
            raise IndexError(f"leaf {index} of a batch of {self.size}")
        path = []
        for level in self._levels[:-1]:
            if (sibling := index ^ 1) < len(level):
                path.append(level[sibling])
            index >>= 1
        return tuple(path)


def path_length(index: int, size: int) -> int:
    """How many hashes the path of leaf `index` has in a batch of `size`."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} of a batch of {size}")
    last, length = size - 1, 0
    while last:
        length += index & 1 or index < last
        index, last = index >> 1, last >> 1
    return length


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that `path` leads to (RFC 9162 section 2.1.3.2). Raises WrongPathLength."""
    if len(path) != (needed := path_length(index, size)):
        raise WrongPathLength(len(path), size, needed)
    node, last, hashes = leaf, size - 1, iter(path)
    while last:
        if index & 1:
            node = sha256(_NODE + next(hashes) + node).digest()
        elif index < last:
            node = sha256(_NODE + node + next(hashes)).digest()
        index, last = index >> 1, last >> 1
    return node


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """One level up. A last node without a sibling moves up as it is: RFC 9162's split at the largest power of two."""
    pairs = zip(level[::2], level[1::2], strict=False)
    parents = [sha256(_NODE + left + right).digest() for left, right in pairs]
    return [*parents, level[-1]] if len(level) & 1 else parents
