"""Builds a window from its settings: the one place that reads the clock, takes random ids and opens files."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

from credential import Policy
from ledger import MalformedNetworkFile, OtherReplica, Replica, load_catalogue, read_network_file
from verifier.errors import MalformedSettings
from verifier.receive import Window
from verifier.settings import Settings
from verifier.store import Store

_ID_OCTETS = 16


@contextmanager
def opened(settings: Settings) -> Iterator[Window]:
    """The window of these settings, closed in the end. Raises MalformedSettings, StoreUnusable."""
    catalogue = load_catalogue()
    try:
        network = read_network_file(settings.network_file)
        replica = Replica(settings.replica, network, catalogue, settings.sources)
    except (MalformedNetworkFile, OtherReplica) as e:
        raise MalformedSettings(reason=str(e)) from e
    with replica:
        store = Store(settings.store, settings.claims_kept_seconds)
        try:
            yield Window(
                name=settings.name,
                policy=policy_of(settings),
                catalogue=catalogue,
                replica=replica,
                store=store,
                clock=unix_seconds,
                new_id=new_id,
            )
        finally:
            store.close()


def policy_of(settings: Settings) -> Policy:
    return Policy(
        region=settings.region,
        max_facts_age_seconds=settings.max_facts_age_seconds,
        live_seconds=settings.live_seconds,
        skew_seconds=settings.skew_seconds,
    )


def unix_seconds() -> int:
    return int(time.time())


def new_id() -> str:
    return secrets.token_urlsafe(_ID_OCTETS)
