"""A window that was off for a week: static files over HTTP are all it has, and its verdicts are those of today."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.history import History
from bench.invented import STARTS, Invented, invent, keys_of
from credential import Live, Outcome, Policy, Presentation, Report, Verdict, parse_presentation, verify
from ledger import load_catalogue
from ledger.mirror.manifest import NAME, parse_manifest
from ledger.replica import Replica
from tests.ledger.mirror.bureaus import GUANGDONG, Bureau
from tests.ledger.mirror.mirrors import learn, replica_of, served, write_mirror

DAY, HOUR = 86_400, 60
"""Of seconds, and of blocks: they are a minute apart."""
BEFORE, OFF, BACK = 1_120, 4_000, 4_000 + 7 * 24 * HOUR
"""The first block that the mirror has, that at which the window is switched off, and that of its return."""
BATCHES, CHANGES = 192, 1_923
"""A week of the country with ten million credentials."""
FRESHNESS, STATUS = 6, 10
"""The places of "the facts are fresh enough" and "the status was valid" among the rows."""


@dataclass(frozen=True)
class Country:
    """Its ledger, and three certificates of one bureau."""

    world: Invented
    valid: str
    revoked_meanwhile: str
    issued_meanwhile: str

    def events_at(self, block: int) -> int:
        """How many events there are in the blocks up to this one."""
        times = [int.from_bytes(log.data[:32], "big") for log in self.world.logs]
        return bisect_right(times, time_of(block))


def time_of(block: int) -> int:
    return STARTS + 60 * block


@pytest.fixture(scope="module")
def country() -> Country:
    """Ten months, two days with the bureau's first certificates, then the week."""
    history, licence = History(1, 20), load_catalogue().types[1, 1]
    claims = {field.name: "示例" for field in licence.fields}
    claims |= {"certificate_validate_start": "2025-01-01", "certificate_validate_end": "长期"}
    history.run(300, 1_000, 3_000, days=300)
    history.rest_until(time_of(BEFORE))
    history.run(BATCHES // 7, 1_000, CHANGES // 7, days=1)
    bureau = Bureau(history, 21, licence)
    valid, revoked_meanwhile = bureau.issue(claims), bureau.issue(claims)
    history.rest_until(time_of(OFF) + 1)
    history.run(BATCHES // 2, 1_000, CHANGES // 2, days=3)
    issued_meanwhile = bureau.issue(claims)
    bureau.revoke(1)
    history.run(BATCHES // 2, 1_000, CHANGES // 2, days=3)
    return Country(invent(history.logs, keys_of(4)), valid, revoked_meanwhile, issued_meanwhile)


@pytest.fixture
def maker(country: Country, tmp_path: Path) -> Iterator[Replica]:
    with replica_of(country.world, tmp_path / "maker.db", now=time_of(BACK)) as made:
        yield made


def write(folder: Path, maker: Replica, country: Country, *blocks: int) -> None:
    """A round of writing after each of the blocks."""
    for block in blocks:
        learn(maker, country.world, country.events_at(block), block)
        assert write_mirror(folder, maker) is not None


def report(window: Replica, text: str, block: int) -> Report:
    """What the window in Guangdong says a minute after the block."""
    shown, now = parse_presentation(text), time_of(block + 1)
    assert isinstance(shown, Presentation)
    return verify(shown, window.facts_for(shown), Policy(GUANGDONG), Live(seen_before=False), now, now)


def verdicts(window: Replica, country: Country, block: int) -> list[Verdict]:
    texts = (country.valid, country.revoked_meanwhile, country.issued_meanwhile)
    return [report(window, text, block).verdict for text in texts]


@pytest.mark.slow
def test_a_window_off_for_a_week_catches_up_over_http_and_its_verdicts_with_it(
    tmp_path: Path, country: Country, maker: Replica
) -> None:
    folder, path, asked = tmp_path / "mirror", tmp_path / "window.db", list[str]()
    write(folder, maker, country, *range(BEFORE, OFF + 1, 4 * HOUR))
    with served(folder, asked) as url:
        with replica_of(country.world, path, f"mirror+{url}", now=time_of(OFF + 1)) as window:
            window.follow_once()
            assert verdicts(window, country, OFF) == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.UNDETERMINED]

        write(folder, maker, country, *range(OFF + HOUR, BACK + 1, HOUR))

        asked.clear()
        with replica_of(country.world, path, f"mirror+{url}", now=time_of(BACK + 1)) as window:
            assert window.as_of == time_of(OFF)
            assert verdicts(window, country, BACK) == [Verdict.UNDETERMINED] * 3
            assert report(window, country.valid, BACK).rows[FRESHNESS].outcome is Outcome.UNKNOWN
            progress = window.follow_once()
            assert (progress.block, progress.as_of) == (BACK, time_of(OFF) + 7 * DAY)
            assert progress.new_events == len(country.world.logs) - country.events_at(OFF) > 2_000
            assert window.accepted == maker.accepted
            assert verdicts(window, country, BACK) == [Verdict.ACCEPTED, Verdict.REJECTED, Verdict.ACCEPTED]
            assert report(window, country.revoked_meanwhile, BACK).rows[STATUS].outcome is Outcome.FAILS
    assert_a_handful(folder, asked, country.events_at(OFF))


def assert_a_handful(folder: Path, asked: list[str], known: int) -> None:
    """The manifest, asked for twice, and few packs, each once, that leave out most of what is known."""
    packs = {f"/{pack.file}": pack for pack in parse_manifest((folder / NAME).read_bytes()).packs}
    fetched = [path for path in asked if path != f"/{NAME}"]
    assert len(asked) - len(fetched) <= 2
    assert len(fetched) == len(set(fetched)) <= 10
    assert 0 < min(packs[each].start for each in fetched) <= known
    assert sum(packs[each].octets for each in fetched) < 100_000
