"""A bureau's service that is killed under officers and wallets who go on, and what must be there in the end.

The service runs in a process of its own (forked from one that has the modules loaded, to start quickly). Officers and
wallets go on after each restart as people do, and note what was acknowledged.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path

import httpx
from sqlalchemy import func, select

from credential import Live, Outcome, Policy, State, base64url, parse_presentation, verify
from issuer.batches import take_in
from issuer.bureau import open_bureau
from issuer.certificates import certificate_of
from issuer.schema import acts, approvals, batches, certificates, credentials, drafts
from issuer.serving import serve
from issuer.settings import Settings
from issuer.store import reading
from tests.issuer.desk import Desk, Phone, business_licence, credit_code, csv_of

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["issuer.serving", "ledger.outbox", "eth_account", "pytest"])


@dataclass
class Acknowledged:
    """What the service said it had done. Serials are of `business_licence`."""

    drafts: dict[int, int] = field(default_factory=dict)  # serial -> draft
    certificates: dict[int, int] = field(default_factory=dict)  # serial -> certificate
    sealed: set[int] = field(default_factory=set)  # certificates
    suspended: set[int] = field(default_factory=set)  # certificates
    revoked: set[int] = field(default_factory=set)  # certificates; only by who does that, see `deeds`
    collected: dict[int, str] = field(default_factory=dict)  # certificate -> credential
    brought: dict[int, int] = field(default_factory=dict)  # serial -> the other of its file, said or not
    imported: set[int] = field(default_factory=set)  # serials
    altered: set[int] = field(default_factory=set)  # certificates

    @property
    def stopped(self) -> set[int]:
        return self.suspended | self.revoked | self.altered

    @property
    def least(self) -> int:
        return min(map(len, (self.drafts, self.certificates, self.sealed, self.suspended, self.collected)))


@dataclass
class Life:
    """One life of the service."""

    process: multiprocessing.process.BaseProcess
    client: httpx.Client


def start(settings: Settings, folder: Path) -> Life:
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    process = PROCESSES.Process(target=serve, args=(settings, ready), daemon=True)
    process.start()
    give_up = time.monotonic() + 60
    while not ready.exists():
        assert process.is_alive(), "the service did not start"
        assert time.monotonic() < give_up, "the service did not start in time"
        time.sleep(0.005)
    url = json.loads(ready.read_text())["url"]
    return Life(process, httpx.Client(base_url=url, timeout=30, trust_env=False))


class Bureau:
    """Officers and wallets at work; every method may break off at any call."""

    def __init__(self, authority, seed: int) -> None:
        self.authority = authority
        self.random = random.Random(seed)
        self.done = Acknowledged()
        self.tokens: dict[str, str] = {}
        self.asking: dict[int, tuple[Phone, str]] = {}  # certificate -> the phone and the proof it sends again
        self._serial = 1000 * seed

    def work(self, client: httpx.Client) -> None:
        """Until the service is gone."""
        self.desk = Desk(client, None, self.authority.number)
        try:
            while True:
                self.random.choice(self.deeds)()
        except httpx.TransportError:
            return

    @property
    def deeds(self) -> tuple[Callable[[], None], ...]:
        """What they do, in any order; what is there twice is done twice as often."""
        return (self.draft, self.draft, self.approve, self.seal, self.suspend, self.collect)

    def call(self, officer: str, method: str, path: str, body: object = None, **more: object) -> dict:
        if officer not in self.tokens:
            self.tokens[officer] = self.desk.headers(officer)["Authorization"]
        headers = {"Authorization": self.tokens[officer]}
        answer = self.desk.client.request(method, path, json=body, headers=headers, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}

    def draft(self) -> None:
        self._serial += 1
        serial = self._serial
        made = self.call("first", "POST", "/drafts", {"type_number": 1, "claims": business_licence(serial)})
        self.done.drafts[serial] = made["id"]

    def approve(self) -> None:
        waiting = sorted(self.done.drafts.keys() - self.done.certificates.keys())
        for serial in waiting[:3]:
            number = self.done.drafts[serial]
            if self.call("first", "GET", f"/drafts/{number}")["state"] == "draft":
                self.call("first", "POST", f"/drafts/{number}/submit")
            if self.call("first", "GET", f"/drafts/{number}")["state"] == "approved":
                continue  # the answer was lost; it is found by its draft in the end
            made = self.call("second", "POST", "/approvals", {"drafts": [number]})
            self.done.certificates[serial] = made["certificates"][0]

    def seal(self) -> None:
        numbers = sorted(set(self.done.certificates.values()) - self.done.sealed - self.done.stopped)[:5]
        if numbers:
            self.call("first", "POST", "/seals", {"certificates": numbers})
            self.done.sealed |= set(numbers)

    def suspend(self) -> None:
        self.stop_any("suspend", self.done.suspended)

    def stop_any(self, kind: str, told: set[int], **more: object) -> None:
        """An act on one that is sealed; `told` are those of which the service said that it is done."""
        numbers = sorted(self.done.sealed - self.done.stopped - self.asking.keys())
        if not numbers:
            return
        number = self.random.choice(numbers)
        if not self.is_stopped(number):
            self.act(kind, number, **more)
            told.add(number)

    def is_stopped(self, number: int) -> bool:
        """Whether an act on a certificate was approved already: the answer may have been lost."""
        state = self.call("second", "GET", f"/certificates/{number}")["state"]
        self.done.suspended |= {number} if state == "suspended" else set()
        self.done.revoked |= {number} if state == "invalid" else set()
        self.done.altered |= {number} if state == "superseded" else set()
        return state != "valid"

    def act(self, kind: str, number: int, **more: object) -> None:
        """Where the answer to the draft was lost, the act that was drafted is found, and approved."""
        shown = self.call("second", "GET", f"/certificates/{number}")
        body = {"kind": kind, "certificate": number, "reference": "沪试字〔2026〕1号", **more}
        drafted = self.call("first", "GET", "/acts?state=drafted")
        mine = [each["id"] for each in drafted if (each["kind"], each["certificate"]) == (kind, number)]
        act = mine[0] if mine else self.call("first", "POST", "/acts", body)["id"]
        confirmed = {"certificate_identifier": shown["claims"]["certificate_identifier"]}
        self.call("second", "POST", f"/acts/{act}/approve", confirmed)

    def collect(self) -> None:
        """A wallet whose answer was lost asks again, with the same proof."""
        self._ask_again()
        taken = self.asking.keys() | self.done.stopped
        free = sorted(set(self.done.certificates.values()) - taken)
        if not free:
            return
        number = free[0]
        if self.call("first", "GET", f"/certificates/{number}")["state"] != "valid":
            return
        offered = self.call("first", "POST", f"/certificates/{number}/offers")
        phone = Phone.with_offer(self.desk, offered["offer"])
        assert phone.redeem(offered["tx_code"]).status_code == 200
        self.asking[number] = (phone, phone.proof())
        self._ask_again()

    def _ask_again(self) -> None:
        for number, (phone, proof) in self.asking.items():
            phone.desk = self.desk
            if number not in self.done.collected:
                answer = phone.ask(proof)
                if answer.status_code == 200:
                    self.done.collected[number] = answer.json()["credentials"][0]["credential"]
                else:  # still queued, or its nonce grew old before it was first heard, and then the proof itself
                    error = answer.json().get("error")
                    assert answer.status_code == 202 or error == "invalid_nonce" or _is_old(proof), answer.text


class DecidingBureau(Bureau):
    """They also reinstate and revoke; one of the suspended ones stays so, and one that a wallet has stays good."""

    @property
    def deeds(self) -> tuple[Callable[[], None], ...]:
        return (*super().deeds, self.approve, self.seal, self.reinstate, self.revoke)

    def reinstate(self) -> None:
        for number in sorted(self.done.suspended)[1:2]:
            self.done.suspended.discard(number)  # from here on it may be so or not, until an answer says so
            self.act("reinstate", number)

    def revoke(self) -> None:
        done = self.done
        spared = {*sorted(done.suspended)[:1], *sorted(done.collected)[:1]}
        numbers = sorted((done.sealed - self.asking.keys() | done.collected.keys()) - done.revoked - spared)
        if not numbers:
            return
        number = self.random.choice(numbers)
        if self.call("second", "GET", f"/certificates/{number}")["state"] != "invalid":
            done.suspended.discard(number)
            self.act("revoke", number)
        done.revoked.add(number)


class ImportingBureau(Bureau):
    """They also bring files in which one row of three is bad, and alter what they sealed."""

    def __init__(self, authority, seed: int) -> None:
        super().__init__(authority, seed)
        self._file = b""

    @property
    def deeds(self) -> tuple[Callable[[], None], ...]:
        return (*super().deeds, self.bring_file, self.alter)

    def bring_file(self) -> None:
        """A file that nobody knows to be confirmed is sent again, octet for octet."""
        if not self._file:
            one, other, bad = range(self._serial + 1, self._serial + 4)
            self._serial = bad
            wrong = {"certificate_holder_code": credit_code(bad)[:-1] + "I"}
            self._file = csv_of([business_licence(one), business_licence(other), business_licence(bad, **wrong)])
            self.done.brought[one] = other
        sent = {"data": {"type_number": 1}, "files": {"file": ("证照.csv", self._file)}}
        found = self.call("first", "POST", "/imports", **sent)
        assert (found["rows"], found["good_rows"]) == (3, 2)
        confirmed = self.call("first", "POST", f"/imports/{found['id']}/confirm", {"leave_out_bad_rows": True})
        assert confirmed["state"] == "confirmed"
        self.done.imported = {*self.done.brought, *self.done.brought.values()}
        self._file = b""

    def alter(self) -> None:
        self.stop_any("alter", self.done.altered, changes={"registered_address": "上海市黄浦区试验路2号"})


def _is_old(proof: str) -> bool:
    """Whether a bureau may refuse it for its age alone: a slow machine takes minutes for some lives."""
    claims = json.loads(base64url.decode(proof.split(".")[1]))
    return time.time() - claims["iat"] > Settings.model_fields["nonce_seconds"].default


def put_together(teams: list[Bureau]) -> Acknowledged:
    every = Acknowledged()
    for team in teams:
        for each in fields(Acknowledged):
            setattr(every, each.name, getattr(every, each.name) | getattr(team.done, each.name))
    return every


def noting(work, errors: list[BaseException]):
    def run(client: httpx.Client) -> None:
        try:
            work(client)
        except Exception as error:  # told by the test's own thread
            errors.append(error)

    return run


def bury(life: Life) -> None:
    life.process.join()
    life.process.close()
    life.client.close()


def bring_to_rest(settings: Settings, bureau: Bureau, folder: Path, seconds: float = 300) -> None:
    """The last life ends when nothing waits for a batch (but what is suspended) and nothing is queued."""
    life, store = start(settings, folder), open_bureau(settings)
    bureau.desk = Desk(life.client, None, bureau.authority.number)
    give_up = time.monotonic() + seconds
    while True:
        with reading(store.engine) as connection:
            due = take_in(connection, bureau.authority.number, settings, int(time.time()))
        queue = bureau.call("first", "GET", "/queue")
        (mine,) = queue["authorities"]
        if due is None and not queue["queued_calls"] and not mine["queued_batches"]:
            break
        assert time.monotonic() < give_up, queue
        time.sleep(0.1)
    assert (mine["refused_batches"], queue["refused_changes"]) == ([], 0)
    os.kill(life.process.pid, signal.SIGKILL)
    bury(life)
    store.engine.dispose()


def expect_everything_once(settings, done: Acknowledged, authority, world, folder: Path) -> None:
    from ledger import RegistryReader

    bureau = open_bureau(settings)
    chain = RegistryReader(world.url, world.network)
    with reading(bureau.engine) as connection, world.replica(folder / "replica.db") as replica:
        replica.follow_once()
        # every acknowledged draft and every good row of a confirmed file, once; of the others all or none
        replacing = set(connection.scalars(select(acts.c.replacement_id).where(acts.c.replacement_id.is_not(None))))
        rows = connection.execute(select(drafts.c.id, drafts.c.claims)).all()
        codes = [json.loads(row.claims)["certificate_holder_code"] for row in rows if row.id not in replacing]
        assert all(codes.count(credit_code(serial)) == 1 for serial in done.drafts.keys() | done.imported)
        assert all(codes.count(credit_code(one)) == codes.count(credit_code(two)) for one, two in done.brought.items())
        assert len(set(codes)) == len(codes)
        # every acknowledged certificate, with its one approval
        made = dict(map(tuple, connection.execute(select(certificates.c.id, certificates.c.draft_id))))
        assert all(made[number] == done.drafts[serial] for serial, number in done.certificates.items())
        approved = select(approvals.c.subject_id, func.count()).where(approvals.c.subject == "draft")
        counts = dict(map(tuple, connection.execute(approved.group_by(approvals.c.subject_id))))
        assert all(counts[draft] == 1 for draft in made.values() if draft not in replacing)
        # every acknowledged alteration, with its one successor
        successors = list(connection.scalars(select(certificates.c.predecessor_id)))
        assert all(successors.count(number) == 1 for number in done.altered)
        # every batch, once, on both sides
        mine = select(func.count(), func.sum(batches.c.count)).where(batches.c.state == "anchored")
        entry = chain.authority(authority.number)
        assert (entry.next_seq, entry.total) == tuple(connection.execute(mine).one())
        # every sealed certificate has its one paper copy, every collected credential is that certificate's
        rows = connection.execute(select(credentials)).all()
        papers = [row for row in rows if row.form == "paper" and row.position is not None]
        unsealed = done.sealed - {row.certificate_id for row in papers}
        assert all(certificate_of(connection, number).standings for number in unsealed)  # suspended before its batch
        assert len({row.certificate_id for row in papers}) == len(papers)
        jwts = {row.jwt: row.certificate_id for row in rows}
        assert all(jwts[text.split("~")[0]] == number for number, text in done.collected.items())
        # all of them are anchored where they say, and stand as the bureau says
        positions = [row.position for row in rows if row.position is not None]
        assert len(set(positions)) == len(positions)
        now = int(time.time())
        for row in rows:
            if row.position is not None:
                shown = parse_presentation(row.jwt + "~")
                facts = replica.facts_for(shown)
                report = verify(shown, facts, Policy(region=310000), Live(seen_before=False), now, now)
                assert [each.outcome for each in report.rows[:8]] == [Outcome.PASSES] * 8
                assert State(chain.status(authority.number, row.position)) is State(row.shown)
        # what is suspended, revoked or superseded is so in the books, and on the chain as far as it is anchored
        ended = ((State.SUSPENDED, done.suspended), (State.INVALID, done.revoked), (State.SUPERSEDED, done.altered))
        for state, numbers in ended:
            assert all(state in certificate_of(connection, number).standings for number in numbers)
            anchored = [row for row in rows if row.position is not None and row.certificate_id in numbers]
            assert {State(row.shown) for row in anchored} <= {state}
            assert anchored or state is not State.SUSPENDED
    bureau.engine.dispose()
