"""SIGKILL of the bureau's service at fifty random moments under load: what was acknowledged is there, once.

Against the session's real node; who works there is in `bureau_at_work`.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import threading
import time

import pytest

from issuer.bureau import open_bureau
from tests.issuer import bureau_at_work
from tests.issuer.bureau_at_work import Bureau, DecidingBureau, ImportingBureau
from tests.issuer.desk import add_officers

KILLS = 50
TEAMS = (Bureau, ImportingBureau, DecidingBureau)
MOST_KILLS = 100
ENOUGH = 10
"""How many acts of each kind have to be acknowledged before the test says anything."""
FIRST_LONGEST_LIFE_SECONDS = 0.9


@pytest.mark.slow
def test_whatever_was_acknowledged_is_there_once(settings, fresh_authority, ledger_world, tmp_path):
    quick = {"wallet_wait_seconds": 0.05, "worker_seconds": 0.02, "database": tmp_path / "issuer.db", "port": 0}
    # A login that the kill cut short counts as a try, and a pause would outlast many lives.
    settings = settings.model_copy(update={**quick, "login_tries": 10_000})
    prepared = open_bureau(settings)
    add_officers(prepared, fresh_authority.number)
    prepared.engine.dispose()
    teams = [kind(fresh_authority, seed) for seed, kind in enumerate(TEAMS)]
    moments = random.Random(7)
    longest_life_seconds = FIRST_LONGEST_LIFE_SECONDS
    for kill in itertools.count(1):
        life = bureau_at_work.start(settings, tmp_path)
        errors: list[BaseException] = []
        workers = [
            threading.Thread(target=bureau_at_work.noting(team.work, errors), args=(life.client,)) for team in teams
        ]
        for worker in workers:
            worker.start()
        time.sleep(moments.uniform(0, longest_life_seconds))
        os.kill(life.process.pid, signal.SIGKILL)
        for worker in workers:
            worker.join()
        bureau_at_work.bury(life)
        assert errors == []
        done = bureau_at_work.put_together(teams)
        if kill >= KILLS and done.least >= ENOUGH and done.revoked and done.imported and done.altered:
            break
        assert kill < MOST_KILLS, "too little was acknowledged for the test to say anything"
        if kill % 10 == 0 and done.least < ENOUGH * kill // KILLS:
            longest_life_seconds *= 1.5  # a slow machine gets more done in longer lives
    bureau_at_work.bring_to_rest(settings, teams[0], tmp_path)
    bureau_at_work.expect_everything_once(
        settings, bureau_at_work.put_together(teams), fresh_authority, ledger_world, tmp_path
    )
