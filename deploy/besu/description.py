"""The one description of a Besu network: who founded it, its nodes, who may transact, how blocks are made.

Checked when read. Nothing in it is secret: public keys, addresses, and the hosts' places on the network between them.
"""

from __future__ import annotations

import re
import tomllib
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal, Self

from eth_keys.datatypes import PublicKey
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MIN_VALIDATORS = 4
"""The fewest that go on where one of them is lost: N validators bear floor((N - 1) / 3)."""

_FIELD = 2**256 - 2**32 - 977


def _address(text: str) -> str:
    if not re.fullmatch("0x[0-9a-f]{40}", text) or int(text, 16) == 0:
        raise ValueError("an address is 0x and 40 lower-case hexadecimal digits, not all zero")
    return text


def _public_key(text: str) -> str:
    """A point of secp256k1 without the leading 04, as in an enode URL."""
    if not re.fullmatch("[0-9a-f]{128}", text):
        raise ValueError("a node's public key is 128 lower-case hexadecimal digits, without 0x or 04 before them")
    x, y = int(text[:64], 16), int(text[64:], 16)
    if x >= _FIELD or y >= _FIELD or (y * y - x**3 - 7) % _FIELD:
        raise ValueError("a node's public key must be a point of secp256k1")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a name has printable characters only")
    return text


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Keyed(_Frozen):
    name: str = Field(pattern="[a-z][a-z0-9-]{0,30}$", description="Names the node's folder.")
    public_key: Annotated[str, AfterValidator(_public_key)] = Field(description="The node key's public half.")

    @property
    def address(self) -> bytes:
        return PublicKey(bytes.fromhex(self.public_key)).to_canonical_address()


class Founder(_Keyed):
    """A validator of block 0. What it is today the chain says; here it stays for ever, or the network is another."""


class Node(_Keyed):
    """One province's node as it runs now, whether it validates or only follows."""

    host: IPv4Address = Field(description="Where the other nodes reach it.")
    port: int = Field(default=30303, ge=1, le=65535, description="The port of the nodes' protocol there.")

    @property
    def enode(self) -> str:
        return f"enode://{self.public_key}@{self.host}:{self.port}"


class Member(_Frozen):
    """An account that may send transactions: the council's, a region's, an operator's."""

    name: Name = Field(description="For people.")
    address: Annotated[str, AfterValidator(_address)] = Field(description="The account's address.")


class Description(_Frozen):
    """The whole network."""

    format: Literal["yinxin-besu/1"]
    name: Name = Field(description="The network's name, for people.")
    chain_id: int = Field(ge=1, le=2**31, description="EIP-155; of no other network that the members use.")
    genesis_time: int = Field(ge=0, description="Unix seconds: when the network begins.")
    block_period_seconds: int = Field(default=2, ge=1, le=60)
    request_timeout_seconds: int = Field(default=4, ge=2, le=120, description="When a silent proposer is passed over.")
    epoch_blocks: int = Field(default=30_000, ge=1, description="After so many blocks open votes are forgotten.")
    gas_limit: int = Field(default=30_000_000, ge=10_000_000, le=2**53)
    founders: tuple[Founder, ...] = Field(min_length=MIN_VALIDATORS, max_length=100)
    nodes: tuple[Node, ...] = Field(min_length=MIN_VALIDATORS, max_length=200)
    members: tuple[Member, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _nothing_is_given_twice(self) -> Self:
        distinct = {
            "two founders have the same public key": [each.public_key for each in self.founders],
            "two nodes have the same name": [each.name for each in self.nodes],
            "two nodes have the same public key": [each.public_key for each in self.nodes],
            "two nodes have the same host and port": [f"{each.host}:{each.port}" for each in self.nodes],
            "two members have the same address": [each.address for each in self.members],
        }
        for problem, values in distinct.items():
            if len(set(values)) != len(values):
                raise ValueError(problem)
        if self.request_timeout_seconds <= self.block_period_seconds:
            raise ValueError("request_timeout_seconds must be longer than block_period_seconds")
        return self

    @property
    def founding_addresses(self) -> tuple[bytes, ...]:
        """The first validators' addresses, in the order of the chain."""
        return tuple(sorted(each.address for each in self.founders))

    @property
    def founders_without_node(self) -> tuple[str, ...]:
        """Right where they have left; at the beginning a mistake."""
        keys = {each.public_key for each in self.nodes}
        return tuple(each.name for each in self.founders if each.public_key not in keys)


def read_description(path: Path) -> Description:
    """Raises OSError, tomllib.TOMLDecodeError, pydantic.ValidationError."""
    return Description.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
