"""Loads trust packs into the window's replica, one at a time, in a thread of its own, and says how that goes.

Whether a pack holds is decided in ledger.pack; here its errors become words for a clerk. What is loaded is proven like
everything else: a pack from a stranger's stick can at most be of no use.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import ledger
from ledger import LedgerError
from verifier import errors
from verifier.errors import NoSuchLoading, PackGap, PackIsLoading, PackTooLarge, ReplicaUnusable, VerifierError

if TYPE_CHECKING:
    from ledger import Loaded

_log = logging.getLogger(__name__)
_REMEMBERED = 20
_PATIENCE_SECONDS = 60.0
_PACE_SECONDS = 0.5
_REFUSED: tuple[tuple[type[LedgerError], type[VerifierError]], ...] = (
    (ledger.MalformedPack, errors.MalformedPack),
    (ledger.PackTooLarge, errors.PackTooLarge),
    (ledger.UnsupportedPack, errors.UnsupportedPack),
    (ledger.PackStale, errors.PackStale),
    (ledger.PackIncomplete, errors.PackIncomplete),
    (ledger.OtherNetwork, errors.PackOfOtherNetwork),
    (ledger.ContradictoryHeaders, errors.PackContradicts),
    (ledger.NotProven, errors.PackNotProven),
    (ledger.CheckpointTooOld, errors.NetworkFileTooOld),
    (ledger.ReplicaUnwritable, errors.ReplicaUnusable),
    (ledger.ReplicaDamaged, errors.ReplicaDamaged),
)

OnProgress = Callable[[int, int], None]
"""How many of how many events are done."""

Load = Callable[[Path, OnProgress], "Loaded"]
"""Loads the pack of a file and tells how far it is. Raises LedgerError; then nothing has changed."""


@dataclass(frozen=True, slots=True)
class Loading:
    """One pack on its way: `done` of `total` events, 0 while it is not known. In the end `loaded` or `refused` is set.

    `known_until` is the time of the facts before, 0 where there were none.
    """

    id: str
    octets: int
    known_until: int
    done: int = 0
    total: int = 0
    loaded: Loaded | None = None
    refused: VerifierError | None = None

    @property
    def state(self) -> str:
        return "loaded" if self.loaded else "refused" if self.refused else "loading"


def load(path: Path, with_: Load, on_progress: OnProgress) -> Loaded:
    """Loads one pack now. Raises PackRefused or ReplicaUnusable; the facts are then as they were."""
    try:
        return with_(path, on_progress)
    except LedgerError as e:
        raise refusal(e) from e
    except (sqlite3.Error, OSError) as e:
        raise ReplicaUnusable from e


def refusal(error: LedgerError) -> VerifierError:
    """The error in words for a clerk."""
    if isinstance(error, ledger.PackGap):
        return PackGap(begins=error.begins, known=error.known)
    found = next((refused for known, refused in _REFUSED if isinstance(error, known)), None)
    return found() if found else VerifierError()


class Loader:
    """`start` a pack, ask how it is `at`, `follow` it to its end. Only the last few are remembered, until a restart.

    `folder` is where an uploaded pack lies while it is loaded: beside the replica, where there has to be room anyway.
    """

    def __init__(
        self, load_with: Load, as_of: Callable[[], int], folder: Path, max_octets: int, new_id: Callable[[], str]
    ) -> None:
        self._load_with, self._as_of, self._folder, self._new_id = load_with, as_of, folder, new_id
        self.max_octets = max_octets
        self._changed = threading.Condition(threading.RLock())
        self._loadings: OrderedDict[str, Loading] = OrderedDict()

    def start(self, file: BinaryIO) -> str:
        """Begins to load a copy of the file; its id. Raises PackIsLoading, PackTooLarge, ReplicaUnusable."""
        path = self._copied(file)
        try:
            loading = self._begun(path.stat().st_size)
        except PackIsLoading:
            path.unlink()
            raise
        threading.Thread(target=self._run, args=(loading.id, path), name="loading a pack", daemon=True).start()
        return loading.id

    def at(self, loading_id: str) -> Loading:
        """How it is now. Raises NoSuchLoading."""
        with self._changed:
            if loading_id not in self._loadings:
                raise NoSuchLoading
            return self._loadings[loading_id]

    def follow(self, loading_id: str) -> Iterator[Loading]:
        """How it is whenever that has changed, though not more often than people read, to its end.

        Raises NoSuchLoading.
        """
        told = self.at(loading_id)
        yield told
        while told.state == "loading":
            told = self._next(told)
            yield told

    def _next(self, told: Loading) -> Loading:
        """How it is once that has changed; the same again where nothing moved for a while."""
        with self._changed:
            self._changed.wait_for(lambda: self.at(told.id).state != "loading", timeout=_PACE_SECONDS)
            self._changed.wait_for(lambda: self.at(told.id) != told, timeout=_PATIENCE_SECONDS)
            return self.at(told.id)

    def _copied(self, file: BinaryIO) -> Path:
        try:
            handle, name = tempfile.mkstemp(prefix="loading-", suffix=".pack", dir=self._folder)
        except OSError as e:
            raise ReplicaUnusable from e
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as copy:
                shutil.copyfileobj(file, copy)
        except OSError as e:
            path.unlink()
            raise ReplicaUnusable from e
        if path.stat().st_size > self.max_octets:
            path.unlink()
            raise PackTooLarge
        return path

    def _begun(self, octets: int) -> Loading:
        with self._changed:
            if any(each.state == "loading" for each in self._loadings.values()):
                raise PackIsLoading
            loading = Loading(self._new_id(), octets, self._as_of())
            self._loadings[loading.id] = loading
            while len(self._loadings) > _REMEMBERED:
                self._loadings.popitem(last=False)
            return loading

    def _run(self, loading_id: str, path: Path) -> None:
        def on_progress(done: int, total: int) -> None:
            self._change(loading_id, done=done, total=total)

        try:
            self._change(loading_id, loaded=load(path, self._load_with, on_progress))
        except VerifierError as e:
            _log.warning("a trust pack was not loaded: %s (%s)", e.code, e.__cause__)
            self._change(loading_id, refused=e)
        except Exception:
            _log.exception("a trust pack could not be loaded")
            self._change(loading_id, refused=VerifierError())
        finally:
            path.unlink(missing_ok=True)

    def _change(self, loading_id: str, **changes: Any) -> None:
        with self._changed:
            self._loadings[loading_id] = replace(self._loadings[loading_id], **changes)
            self._changed.notify_all()


def loading_to_json(loading: Loading) -> dict[str, object]:
    loaded, refused = loading.loaded, loading.refused
    return {
        "id": loading.id,
        "state": loading.state,
        "octets": loading.octets,
        "done": loading.done,
        "total": loading.total,
        "loaded": loaded_to_json(loaded, loading.known_until) if loaded else None,
        "error": {"code": refused.code, "zh": refused.text_zh, "en": refused.text_en} if refused else None,
    }


def loaded_to_json(loaded: Loaded, known_until: int) -> dict[str, object]:
    """What came of it; `known_until` is the time of the facts before, null where there were none."""
    return {
        "known_until": known_until or None,
        "facts_as_of": loaded.as_of,
        "facts_block": loaded.block,
        "from_event": loaded.from_event,
        "to_event": loaded.events,
        "new_events": loaded.new_events,
        "already_known": loaded.already_known,
    }
