"""The service's one worker: closes batches that are due and carries the outbox to the ledger while the service runs."""

from __future__ import annotations

import logging
import secrets
import threading
import time

from sqlalchemy import delete

from issuer.batches import Overtaken, compose, record, take_in
from issuer.bureau import Authority, Bureau
from issuer.failures import log_failure
from issuer.ledger_link import LedgerLink
from issuer.schema import used_nonces
from issuer.store import reading

_log = logging.getLogger(__name__)
_PURGE_SECONDS = 600


class Worker:
    """A thread of its own. `wake` makes it look at once; `stop` waits for the round under way."""

    def __init__(self, bureau: Bureau, link: LedgerLink) -> None:
        self._bureau = bureau
        self._link = link
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="issuer-worker", daemon=True)
        self._next_try = 0.0
        self._next_purge = 0.0
        self.failure: str | None = None

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._awake.set()

    def stop(self) -> None:
        self._stopping.set()
        self._awake.set()
        self._thread.join(timeout=60)

    def round(self) -> None:
        """One look at everything: batches first, so that what they queue is sent in the same round."""
        for authority in self._bureau.authorities.values():
            while authority.number not in self._link.state.mismatches and self._close_batch(authority):
                pass
        if time.monotonic() >= self._next_try and not self._link.deliver():
            self._next_try = time.monotonic() + self._bureau.settings.retry_seconds
        self._purge()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.round()
                self.failure = None
            except Exception as error:  # the worker outlives whatever one round meets; /health tells
                self.failure = type(error).__name__
                log_failure(_log, "a round of the worker failed", error)
            self._awake.wait(self._bureau.settings.worker_seconds)
            self._awake.clear()

    def _close_batch(self, authority: Authority) -> bool:
        """Whether a batch was closed, so that there may be another."""
        bureau, now = self._bureau, self._bureau.clock()
        with reading(bureau.engine) as connection:
            intake = take_in(connection, authority.number, bureau.settings, now)
        if intake is None:
            return False
        random = secrets.SystemRandom()
        batch = compose(intake, authority.settings.url, authority.signer, bureau.type_version, random, now)
        try:
            with bureau.engine.begin() as connection:
                number = record(connection, batch, now)
                bureau.dispatch.anchor(connection, number, batch)
        except Overtaken:
            return True
        _log.info("closed batch %d of authority %d", intake.place.seq, authority.number)
        return True

    def _purge(self) -> None:
        if time.monotonic() < self._next_purge:
            return
        self._next_purge = time.monotonic() + _PURGE_SECONDS
        with self._bureau.engine.begin() as connection:
            connection.execute(delete(used_nonces).where(used_nonces.c.expires_at < self._bureau.clock()))
