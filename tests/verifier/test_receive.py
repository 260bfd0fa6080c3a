"""The procedure: one request one report, one code one acceptance, an outage no accusation."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from credential import Reason, StatusChange, dates
from tests.verifier.window_samples import ask
from verifier.days import instant_asked
from verifier.errors import DateInFuture, RequestIdReused


def verdict_of(check: object) -> str:
    return check.report["verdict"]


def codes_of(check: object) -> set[str]:
    return {row["code"] for row in check.report["rows"] if row["outcome"] != "passes" and row["needs"] is None}


def test_a_live_code_is_accepted_and_on_record(bench) -> None:
    check = ask(bench, bench.live())
    assert verdict_of(check) == "accepted"
    assert bench.window.store.get(check.id) == check
    assert check.personal["claims"]["certificate_holder_name"] == "方静"
    assert "方静" not in str(check.report)


def test_the_same_live_code_again_is_refused(bench) -> None:
    text = bench.live()
    ask(bench, text)
    again = ask(bench, text)
    assert verdict_of(again) == "rejected"
    assert codes_of(again) == {"live_code_was_seen_before"}


def test_the_same_request_again_is_a_retry_not_a_replay(bench) -> None:
    text = bench.live()
    first = ask(bench, text, "same")
    bench.clock[0] += 3600
    assert ask(bench, text, "same") == first


def test_the_same_request_id_for_something_else_is_refused(bench) -> None:
    text = bench.live()
    ask(bench, text, "same")
    with pytest.raises(RequestIdReused):
        ask(bench, text, "same", date(2026, 1, 1))


def test_a_code_that_was_not_accepted_is_not_used_up(bench) -> None:
    text = bench.live()
    fresh = bench.replica.facts
    bench.know(as_of=bench.clock[0] - 7200)
    assert verdict_of(ask(bench, text)) == "undetermined"
    bench.replica.facts = fresh
    assert verdict_of(ask(bench, text)) == "accepted"


def test_a_live_code_past_its_life_is_refused(bench) -> None:
    text = bench.live()
    bench.clock[0] += 91
    assert codes_of(ask(bench, text)) == {"live_code_is_too_old"}


def test_a_live_code_is_accepted_to_the_last_second(bench) -> None:
    text = bench.live()
    bench.clock[0] += 90
    assert verdict_of(ask(bench, text)) == "accepted"


def test_the_same_code_in_many_requests_at_once_is_accepted_once(bench) -> None:
    text, verdicts = bench.live(), []
    threads = [threading.Thread(target=lambda: verdicts.append(verdict_of(ask(bench, text)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == ["accepted"] + ["rejected"] * 7


def test_a_code_used_up_while_it_was_judged_is_refused(bench, monkeypatch: pytest.MonkeyPatch) -> None:
    text = bench.live()
    ask(bench, text)
    monkeypatch.setattr(type(bench.window.store), "is_used", lambda *_: False)
    assert codes_of(ask(bench, text)) == {"live_code_was_seen_before"}


def test_paper_may_be_shown_often_and_asks_for_an_identity_document(bench) -> None:
    text = bench.issue(None)
    for _ in range(2):
        check = ask(bench, text)
        assert verdict_of(check) == "accepted"
        assert [each["code"] for each in check.report["conditions"]] == ["identity_document"]


def test_a_past_day_is_judged_by_what_held_then(bench) -> None:
    text = bench.issue(None)
    rescinded = dates.start_of(date(2026, 11, 10)) + 3600
    change = StatusChange(rescinded, 0, 1, Reason.RESCINDED, rescinded, None, None)
    bench.know(status_changes=(change,))
    assert verdict_of(ask(bench, text, day=date(2026, 11, 9))) == "accepted"
    assert codes_of(ask(bench, text, day=date(2026, 11, 10))) == {"status_is_rescinded"}


def test_a_day_is_its_last_second_and_today_is_now() -> None:
    now = dates.start_of(date(2026, 11, 22)) + 500
    assert instant_asked(None, now) == now
    assert instant_asked(date(2026, 11, 22), now) == now
    assert instant_asked(date(2026, 11, 21), now) == dates.start_of(date(2026, 11, 22)) - 1
    with pytest.raises(DateInFuture, match="2026-11-22"):
        instant_asked(date(2026, 11, 23), now)


def test_no_facts_at_all_is_undetermined(bench) -> None:
    text = bench.live()
    bench.replica.facts = None
    assert verdict_of(ask(bench, text)) == "undetermined"


@pytest.mark.parametrize("text", ["https://example.com", "YX:", "a.b.c~", "\u0000", "~" * 70_000, "🂡"])
def test_what_is_no_credential_is_rejected_never_an_error(bench, text: str) -> None:
    bench.live()
    check = ask(bench, text)
    assert verdict_of(check) == "rejected"
    assert check.personal["claims"] is None


def test_a_claimed_identifier_is_kept_apart_with_what_is_personal(bench) -> None:
    text = bench.live(names=["certificate_identifier"])
    bench.clock[0] += 1000
    check = ask(bench, text)
    assert verdict_of(check) == "rejected"
    assert check.report["claimed"]["certificate_identifier"] is None
    assert check.personal["certificate_identifier"].startswith("1.2.156.3005.2")
