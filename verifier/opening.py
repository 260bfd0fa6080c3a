"""Builds a window from its settings: the one place that reads the clock, takes random ids and opens files."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from credential import Policy
from ledger import MalformedNetworkFile, OtherReplica, Replica, ReplicaUnwritable, load_catalogue, read_network_file
from verifier.errors import MalformedSettings, ReplicaUnusable
from verifier.following import Follower
from verifier.loading import Load, Loader, OnProgress
from verifier.receive import Window
from verifier.settings import Settings
from verifier.store import Store

if TYPE_CHECKING:
    from ledger import Loaded

_ID_OCTETS = 16


@contextmanager
def opened(settings: Settings) -> Iterator[Window]:
    """The window of these settings, closed in the end. Raises MalformedSettings, WindowUnable."""
    try:
        network = read_network_file(settings.network_file)
        replica = Replica(settings.replica, network, load_catalogue(), settings.sources)
    except (MalformedNetworkFile, OtherReplica) as e:
        raise MalformedSettings(reason=str(e)) from e
    except ReplicaUnwritable as e:
        raise ReplicaUnusable from e
    with replica:
        store = Store(settings.store, settings.claims_kept_seconds)
        try:
            yield Window(
                name=settings.name,
                policy=policy_of(settings),
                replica=replica,
                store=store,
                clock=unix_seconds,
                new_id=new_id,
            )
        finally:
            store.close()


def follower_of(settings: Settings, window: Window) -> Follower:
    return Follower(window.replica, window.store, settings.sources, settings.follow_seconds, window.clock)


def loader_of(settings: Settings, window: Window) -> Loader:
    return Loader(
        loading_into(window),
        lambda: window.replica.as_of,
        settings.replica.parent,
        settings.max_pack_bytes,
        window.new_id,
    )


def loading_into(window: Window) -> Load:
    """Loads packs into the window's replica."""

    def load(path: Path, on_progress: OnProgress) -> Loaded:
        from ledger import load_pack  # here, because a check needs none of it and should answer at once

        return load_pack(window.replica, path, window.clock(), on_progress)

    return load


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
