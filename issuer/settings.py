"""The bureau's settings: one frozen object from one TOML file, read once where the application is built.

Every field is documented here and in docs/issuer.md; a test compares the two. Relative paths are relative to the file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from credential import identifiers

Seconds = Annotated[float, Field(gt=0)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class AuthoritySettings(_Frozen):
    """One authority that this service issues for."""

    number: int = Field(ge=1, le=2**32 - 1, description="The authority's number in the trust registry.")
    name: str = Field(min_length=1, description="Its name, as wallets and the paper copy show it.")
    credit_code: str = Field(description="Its 统一社会信用代码; becomes ISSUER in new certificate identifiers.")
    url: str = Field(description="Its registered URL: `iss` of its credentials, and where wallets reach this service.")
    key: Path = Field(description="PEM file with the P-256 key that signs credentials; only the owner may read it.")
    operator: Path = Field(description="Key file of the operator account that sends its transactions.")
    types: tuple[int, ...] = Field(min_length=1, description="Numbers of the certificate types it issues.")

    @field_validator("url")
    @classmethod
    def _is_plain_url(cls, url: str) -> str:
        if not identifiers.is_issuer_url(url):
            raise ValueError("an authority's URL is http(s)://host[:port][/path], up to 200 characters, no final slash")
        return url

    @property
    def path(self) -> str:
        """The URL's path, under which its OpenID4VCI endpoints are served: "" or "/…"."""
        return urlsplit(self.url).path


class Settings(_Frozen):
    """The whole service."""

    database: Path = Field(default=Path("issuer.db"), description="The SQLite database file.")
    network: Path = Field(default=Path("network.json"), description="The network file: the root of trust.")
    ledger_urls: tuple[str, ...] = Field(
        default=("http://127.0.0.1:8545",), min_length=1, description="JSON-RPC addresses of nodes, tried in order."
    )
    max_fee_per_gas: int = Field(
        default=0, ge=0, description="The most that a transaction pays for gas, in wei; 0 where gas is free."
    )
    host: str = Field(default="127.0.0.1", description="The address the service listens on.")
    port: int = Field(default=8001, ge=0, le=65535, description="The port the service listens on.")
    authorities: tuple[AuthoritySettings, ...] = Field(
        min_length=1, description="The authorities, one `[[authorities]]` table each."
    )

    key_passphrase_variable: str = Field(
        default="YINXIN_ISSUER_PASSPHRASE",
        description="Environment variable with the passphrase of encrypted key files.",
    )
    fonts: tuple[Path, ...] = Field(
        default=(), description="More font files (TTF, OTF) for characters that the bundled ones lack, tried in order."
    )

    session_seconds: int = Field(default=8 * 3600, gt=0, description="How long an officer's login lasts.")
    login_tries: int = Field(default=5, gt=0, description="Wrong passwords in a row before an account is paused.")
    login_pause_seconds: int = Field(default=300, gt=0, description="How long it is paused.")
    upload_limit_octets: int = Field(default=32 * 2**20, gt=0, description="The largest file that is taken in.")

    wallet_batch_seconds: Seconds = Field(default=1.0, description="Longest wait before a wallets' batch is closed.")
    wallet_batch_size: int = Field(
        default=1024, ge=1, le=65_536, description="How many wallet credentials close a batch before its time."
    )
    paper_batch_size: int = Field(
        default=65_536, ge=1, le=65_536, description="The most paper credentials in one batch."
    )
    worker_seconds: Seconds = Field(default=0.25, description="How often the worker looks for work unasked.")
    retry_seconds: Seconds = Field(default=2.0, description="How long it waits after the ledger could not be reached.")

    offer_seconds: int = Field(default=24 * 3600, gt=0, description="How long a credential offer can be taken up.")
    tx_code_digits: int = Field(default=6, ge=4, le=12, description="Digits of the transaction code.")
    tx_code_tries: int = Field(default=5, ge=1, description="Wrong transaction codes before an offer is closed.")
    access_token_seconds: int = Field(default=24 * 3600, gt=0, description="How long a wallet's access token lasts.")
    nonce_seconds: int = Field(default=300, gt=0, description="How long a nonce for a key proof lasts.")
    proof_skew_seconds: int = Field(default=60, ge=0, description="How far a key proof's `iat` may lie ahead.")
    wallet_wait_seconds: float = Field(
        default=5.0, ge=0, description="How long the credential endpoint waits before it answers with a transaction id."
    )
    deferred_interval_seconds: int = Field(
        default=5, gt=0, description="How long a wallet is told to wait before it asks again."
    )

    @model_validator(mode="after")
    def _authorities_are_distinct(self) -> Settings:
        for name in ("number", "url", "credit_code", "path"):
            values = [getattr(authority, name) for authority in self.authorities]
            if len(set(values)) != len(values):
                raise ValueError(f"two authorities have the same {name}")
        return self


def load_settings(file: Path) -> Settings:
    """The settings in `file`. Raises OSError, tomllib.TOMLDecodeError, pydantic.ValidationError."""
    settings = Settings.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    base = file.resolve().parent
    authorities = tuple(
        authority.model_copy(update={"key": base / authority.key, "operator": base / authority.operator})
        for authority in settings.authorities
    )
    changes = {
        "database": base / settings.database,
        "network": base / settings.network,
        "fonts": tuple(base / font for font in settings.fonts),
        "authorities": authorities,
    }
    return settings.model_copy(update=changes)
