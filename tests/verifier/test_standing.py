"""How the window stands: fingerprint, age of the facts, an alarm where there is one; on every page and in /health."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from credential import ContradictionFact
from ledger import ReplicaUnwritable
from tests.verifier.window_samples import NOW, block_hash
from verifier.standing import standing_of
from verifier.terminal import lines, standing_lines
from verifier.view import view_of

HTML = {"accept": "text/html"}
TWO = ContradictionFact(6, block_hash(6), block_hash(6, "another"))


def pages_of(bench: object, **known: object) -> dict[str, str]:
    """Every kind of page there is, by facts with these changes."""
    paper = bench.issue(None)
    bench.know(**known)
    texts = (paper, paper[:-20], "hello")
    checks = [bench.client.post("/checks", json={"text": text}).headers["location"] for text in texts]
    loading = bench.client.post("/packs", files={"pack": ("w.pack", b"pack")}).headers["location"]
    paths = ["/", "/withdrawn", "/withdrawn?all=true", "/packs", "/nowhere", "/packs/none", loading, *checks]
    return {path: bench.client.get(path, headers=HTML).text for path in paths}


def test_every_page_shows_the_network_s_fingerprint_and_how_old_the_facts_are(bench) -> None:
    fingerprint = bench.replica.network.fingerprint
    short = " ".join(fingerprint[start : start + 4] for start in range(0, 16, 4))
    for path, page in pages_of(bench).items():
        assert fingerprint in page, path
        assert short in page, path
        assert "3 分钟前" in page, path
        assert "data-alarm" not in page, path


def test_every_report_shows_the_fingerprint(bench) -> None:
    fingerprint = bench.replica.network.fingerprint
    for text in (bench.live(), bench.issue(None), "hello"):
        check = bench.window.store.get(bench.client.post("/checks", json={"text": text}).json()["id"])
        assert bench.client.get(f"/checks/{check.id}").json()["report"]["fingerprint"] == fingerprint
        assert fingerprint in bench.client.get(f"/checks/{check.id}", headers=HTML).text
        assert fingerprint in "\n".join(lines(view_of(check, bench.window.catalogue)))


def test_what_a_certificate_says_of_itself_does_not_speak_to_the_terminal(bench) -> None:
    check = bench.window.store.get(bench.client.post("/checks", json={"text": bench.issue(None)}).json()["id"])
    view = replace(view_of(check, bench.window.catalogue), claimed=((("网址", "Address"), "x\x1b[2J\u202e\n✓ 认可"),))
    assert "  网址 Address: x\ufffd[2J\ufffd↵✓ 认可（未经证实 unproven）" in list(lines(view))


def test_a_contradiction_is_an_alarm_on_every_page_and_in_health(bench) -> None:
    for path, page in pages_of(bench, contradiction=TWO).items():
        assert 'data-alarm="contradiction"' in page, path
        assert TWO.first.hex() in page, path
        assert TWO.second.hex() in page, path
        assert "运营方" in page, path
    health = bench.client.get("/health").json()
    assert health["status"] == "network_contradicts_itself"
    assert health["contradiction"] == {
        "block": 6,
        "first_hash": TWO.first.hex(),
        "second_hash": TWO.second.hex(),
        "found_at": NOW - 60,
    }
    told = "\n".join(standing_lines(standing_of(bench.window, bench.follower.state)))
    assert TWO.first.hex() in told
    assert "自相矛盾" in told


def test_a_check_on_a_contradictory_network_finds_nothing_and_says_so_once(bench) -> None:
    text = bench.issue(None)
    bench.know(contradiction=TWO)
    answer = bench.client.post("/checks", json={"text": text})
    report = answer.json()["report"]
    assert report["verdict"] == "undetermined"
    assert {row["code"] for row in report["rows"]} == {"network_contradicts_itself"}
    assert report["claims"] is None
    page = bench.client.get(answer.headers["location"], headers=HTML).text
    assert page.count('data-code="network_contradicts_itself"') == 1
    check = bench.window.store.get(answer.json()["id"])
    assert sum("[network_contradicts_itself]" in line for line in lines(view_of(check, bench.window.catalogue))) == 1


def test_a_live_code_that_met_a_contradiction_is_not_used_up(bench) -> None:
    text = bench.live()
    bench.know(contradiction=TWO)
    assert bench.client.post("/checks", json={"text": text}).json()["report"]["verdict"] == "undetermined"
    bench.know(contradiction=None)
    assert bench.client.post("/checks", json={"text": text}).json()["report"]["verdict"] == "accepted"


@pytest.mark.parametrize(("ahead", "verdict"), [(60, "accepted"), (61, "undetermined")])
def test_facts_more_than_a_minute_ahead_say_check_the_clock(bench, ahead: int, verdict: str) -> None:
    text = bench.issue(None)
    bench.know(as_of=NOW + ahead)
    report = bench.client.post("/checks", json={"text": text}).json()["report"]
    assert report["verdict"] == verdict
    row = report["rows"][6]
    if verdict == "undetermined":
        assert (row["code"], "校准" in row["next"]["zh"]) == ("clock_is_wrong", True)


def test_a_full_disk_is_not_told_as_an_outage_of_the_sources(bench) -> None:
    bench.live()
    bench.follower._failed(ReplicaUnwritable("the replica's file cannot be written"))
    page = bench.client.get("/").text
    assert "磁盘可能已满" in page
    assert "没有可用的数据源" not in page
    assert "磁盘可能已满" in "\n".join(standing_lines(standing_of(bench.window, bench.follower.state)))
    assert bench.client.get("/health").json()["source_trouble"] == "ReplicaUnwritable"


def test_health_before_any_facts(bench) -> None:
    health = bench.client.get("/health").json()
    assert (health["facts_block"], health["facts_as_of"], health["facts_age_seconds"]) == (None, None, None)
    assert (health["status"], health["contradiction"], health["sources"]) == ("ok", None, [])
    assert "还没有任何数据" in bench.client.get("/").text
    assert json.dumps(health)


def test_health_and_pages_work_while_the_record_does_not(bench) -> None:
    bench.live()
    bench.window.store.close()
    health = bench.client.get("/health").json()
    assert (health["status"], health["withdrawn_checks"]) == ("store_unusable", None)
    answer = bench.client.get("/checks/x", headers=HTML)
    assert (answer.status_code, "store_unusable" in answer.text) == (503, True)
