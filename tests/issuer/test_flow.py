"""The bureau's main procedure over HTTP, on a real node: file to paper, and what a window makes of it."""

from __future__ import annotations

import time

from credential import Live, Policy, Verdict, parse_presented, verify
from tests.issuer.desk import business_licence, csv_of
from tests.issuer.paper_codes import qr_text
from tests.waiting import until


def paper_credentials(officer, certificate: int) -> list[dict[str, object]]:
    return officer.get(f"/certificates/{certificate}")["credentials"]


def test_a_file_becomes_anchored_paper_that_a_window_accepts(desk, ledger_world, tmp_path):
    first, second = desk.as_("first"), desk.as_("second")
    seen = first.upload(csv_of([business_licence(serial) for serial in range(1, 4)]))
    assert (seen["state"], seen["good_rows"], seen["problems"]) == ("previewed", 3, [])
    assert first.post(f"/imports/{seen['id']}/confirm", {}, 200)["state"] == "confirmed"
    made = second.post("/approvals", {"import_id": seen["id"]})["certificates"]
    assert first.post("/seals", {"import_id": seen["id"]}, 202)["queued"] == 3
    until(lambda: paper_credentials(first, made[0])[0]["progress"] == "anchored")

    (credential,) = paper_credentials(first, made[0])
    pdf = first.get(f"/credentials/{credential['id']}/paper.pdf")
    text = qr_text(pdf)
    shown = parse_presented(text, desk.bureau.catalogue)
    with ledger_world.replica(tmp_path / "replica.db") as replica:
        replica.follow_once()
        facts = replica.facts_for(shown)
        now = int(time.time())
        report = verify(shown, facts, Policy(region=310000), Live(seen_before=False), now, now)
    assert report.verdict is Verdict.ACCEPTED, [(row.number, row.code) for row in report.rows]
    assert report.claims()["certificate_holder_name"] == "上海试验1号贸易有限公司"
