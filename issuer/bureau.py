"""What the service is made of, put together once at the start: settings, database, keys, types, way to the ledger."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine

from credential import Catalogue, CertificateType, SigningKey
from issuer.dispatch import Dispatch
from issuer.errors import Code, Invalid, NotFound
from issuer.settings import AuthoritySettings, Settings
from issuer.signing import load_key
from issuer.store import open_store, reading, secret_of
from ledger import Fees, NetworkFile, Outbox, Registries, load_account, load_catalogue, read_network_file

Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Authority:
    """One authority that this service issues for, with its key and the newest version of each of its types."""

    settings: AuthoritySettings
    signer: SigningKey = field(repr=False)
    types: Mapping[int, CertificateType]

    @property
    def number(self) -> int:
        return self.settings.number

    def type_of(self, number: int) -> CertificateType:
        if number not in self.types:
            raise Invalid(Code.UNKNOWN_TYPE, f"authority {self.number} does not issue type {number}")
        return self.types[number]


@dataclass(frozen=True, slots=True)
class Bureau:
    """The whole service. `clock` tells Unix seconds; `secret` derives codes and nonces."""

    settings: Settings
    engine: Engine
    catalogue: Catalogue
    authorities: Mapping[int, Authority]
    secret: bytes = field(repr=False)
    clock: Clock
    network: NetworkFile
    dispatch: Dispatch

    def authority(self, number: int) -> Authority:
        if number not in self.authorities:
            raise NotFound("authority", number)
        return self.authorities[number]

    def type_version(self, number: int, version: int) -> CertificateType:
        """A type as it was when a certificate was drafted; versions are kept for ever."""
        return self.catalogue.types[number, version]


def open_bureau(settings: Settings, clock: Clock = lambda: int(time.time())) -> Bureau:
    """Raises UnusableKey, LedgerError for a bad network or operator file, OtherDatabase, ValueError for a type."""
    catalogue = load_catalogue()
    passphrase = os.environ.get(settings.key_passphrase_variable)
    network = read_network_file(settings.network)
    authorities = {
        each.number: Authority(each, load_key(each.key, passphrase), newest_types(each, catalogue))
        for each in settings.authorities
    }
    engine = open_store(settings.database)
    accounts = {each.number: load_account(each.operator, passphrase) for each in settings.authorities}
    outbox = Outbox(engine, network, fees=Fees.up_to(settings.max_fee_per_gas))
    dispatch = Dispatch(outbox, Registries(network), accounts)
    with reading(engine) as connection:
        secret = secret_of(connection)
    return Bureau(settings, engine, catalogue, authorities, secret, clock, network, dispatch)


def newest_types(authority: AuthoritySettings, catalogue: Catalogue) -> dict[int, CertificateType]:
    """Those that the authority issues. Raises ValueError for one that the catalogue lacks."""
    newest = {number: catalogue.types[number, version] for number, version in sorted(catalogue.types)}
    if missing := set(authority.types) - newest.keys():
        raise ValueError(f"authority {authority.number}: the catalogue has no certificate type {sorted(missing)}")
    return {number: newest[number] for number in authority.types}
