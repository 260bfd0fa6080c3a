"""What happens, in order. Every sentence that is told is an expectation that holds, or the story ends."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from credential import SigningKey
from scripts.story.citizen import Citizen, forge
from scripts.story.page import data_url
from scripts.story.scene import ANHUI_BUREAU, EXAMPLES, SHANGHAI_BUREAU, Scene, latest_block
from scripts.story.setting import AGREEMENTS, BUSINESS_LICENCE, DRIVING_LICENCE, FOOD_PERMIT
from scripts.story.teller import Check, Teller
from scripts.story.window_desk import Window, codes, evidence

MEMORY_LIMIT_BYTES = 1 << 30
FILES = (
    (SHANGHAI_BUREAU, "shanghai-business-licences.csv", BUSINESS_LICENCE, 80),
    (SHANGHAI_BUREAU, "shanghai-food-permits.csv", FOOD_PERMIT, 60),
    (ANHUI_BUREAU, "anhui-driving-licences.csv", DRIVING_LICENCE, 60),
)


def tell(scene: Scene, teller: Teller) -> None:
    teller.chapter("一条链、四个省、两个发证机关 One chain, four regions, two bureaus")
    scene.open_network(teller.say)
    scene.open_bureaus(teller.say)
    teller.say(f"network fingerprint {scene.network.short_fingerprint}")

    teller.chapter("二百份证照，两名经办人 Two hundred certificates, two officers")
    certificates = issue_everything(scene, teller)

    teller.chapter("领取、打印 Citizens collect; one prefers paper")
    licence = collect(scene, teller, SHANGHAI_BUREAU, certificates[BUSINESS_LICENCE][0], "shop")
    driving = collect(scene, teller, ANHUI_BUREAU, certificates[DRIVING_LICENCE][0], "driver")
    paper = print_paper(scene, teller, certificates[BUSINESS_LICENCE][1])
    revoked = print_paper(scene, teller, certificates[BUSINESS_LICENCE][2], name="revoked")
    revoke(scene, teller, certificates[BUSINESS_LICENCE][2])

    teller.chapter("广东和四川的窗口 Windows in Guangdong and Sichuan")
    scene.open_windows(teller.say)
    late_licence = open_a_window_that_falls_behind(scene, teller, certificates[BUSINESS_LICENCE][3])

    stay_small(scene, teller)

    teller.chapter("发证机关停机 The bureaus are switched off")
    scene.processes.stop(*scene.bureaus)
    teller.expect("no bureau answers any more", [scene.answers(bureau) for bureau in scene.bureaus], [False, False])

    teller.chapter("广东认可 Guangdong accepts")
    accept_in_guangdong(scene, teller, licence, driving, paper)

    teller.chapter("拒绝，各有各的原因 Refused, each for its own reason")
    refuse(scene, teller, licence, paper, revoked)

    teller.chapter("无法判定，更新后认可 Cannot tell; accepted after an update")
    cannot_tell(scene, teller, late_licence, paper)
    stay_small(scene, teller)


def stay_small(scene: Scene, teller: Teller) -> None:
    """The node and every service that runs now."""
    used = scene.processes.memory_bytes()
    teller.say(f"all processes together use {used >> 20} MiB")
    teller.expect("they stay under 1 GiB", used < MEMORY_LIMIT_BYTES, True)


def issue_everything(scene: Scene, teller: Teller) -> dict[int, list[int]]:
    """Certificates by type, as numbers in their bureau."""
    made: dict[int, list[int]] = {}
    for bureau, file, type_number, rows in FILES:
        drafter, approver = scene.officers[bureau]
        looked_at = drafter.import_file(EXAMPLES / file, type_number)
        teller.expect(f"{file}: {rows} good rows", (looked_at["good_rows"], looked_at["problems"]), (rows, []))
        drafter.confirm_import(looked_at["id"])
        refused = drafter.try_to_approve_import(looked_at["id"])
        teller.expect("whoever drafted cannot approve", refused.status_code, 403)
        made[type_number] = approver.approve_import(looked_at["id"])
        teller.expect("a second officer approves them all", len(made[type_number]), rows)
    started = time.monotonic()
    queued = sum(scene.officers[bureau][0].seal_all() for bureau in scene.bureaus)
    for bureau in scene.bureaus:
        scene.officers[bureau][0].wait_until_nothing_waits()
    teller.expect(f"200 paper credentials anchored in {time.monotonic() - started:.1f} s", queued, 200)
    bad = scene.officers[SHANGHAI_BUREAU][0].import_file(EXAMPLES / "bad-rows.csv", BUSINESS_LICENCE)
    places = [(each["row"], each["column"]) for each in bad["problems"]]
    expected = [(3, "certificate_holder_code"), (4, "certificate_holder_name"), (5, "certificate_validate_start")]
    teller.expect("rows that do not fit are named by row and column, and nothing of them is kept", places, expected)
    return made


def collect(scene: Scene, teller: Teller, bureau: str, certificate: int, who: str) -> tuple[Citizen, str]:
    """A wallet collects a certificate's credential and checks it by the ledger."""
    offer = scene.officers[bureau][0].offer(certificate)
    citizen = Citizen.with_new_wallet(scene.folder / f"wallet-{who}", scene.network_file, scene.node_url)
    started = time.monotonic()
    credential = citizen.accept(offer["by_value"], offer["tx_code"])
    teller.say(f"the {who}'s wallet collected, checked and keeps it, in {time.monotonic() - started:.1f} s")
    return citizen, credential


def print_paper(scene: Scene, teller: Teller, certificate: int, name: str = "paper") -> Path:
    """The paper copy as PDF."""
    officer = scene.officers[SHANGHAI_BUREAU][0]
    credential = officer.certificate(certificate)["credentials"][0]["id"]
    copy = scene.folder / f"{name}.pdf"
    copy.write_bytes(officer.paper(credential))
    (scene.folder / f"{name}.png").write_bytes(officer.paper_code(credential))
    teller.say(f"paper copy: {copy.name}")
    return copy


def revoke(scene: Scene, teller: Teller, certificate: int) -> None:
    drafter, approver = scene.officers[SHANGHAI_BUREAU]
    act = drafter.draft_revocation(certificate, "沪示罚〔2026〕7号")
    approver.approve_act(act, drafter.certificate(certificate)["claims"]["certificate_identifier"])
    drafter.wait_until_nothing_waits()
    teller.say("a third licence is revoked (吊销) by two officers")


def open_a_window_that_falls_behind(scene: Scene, teller: Teller, certificate: int) -> tuple[Citizen, str]:
    """Its replica is brought up to date, and cut off before one more credential is anchored."""
    late = scene.open_window("guangdong-late", "广东第三窗口")
    late.wait_until_it_knows(latest_block(scene.node_url))
    scene.processes.stop("guangdong-late")
    newer = collect(scene, teller, SHANGHAI_BUREAU, certificate, "newcomer")
    scene.guangdong.wait_until_it_knows(latest_block(scene.node_url))
    teller.say("one window was cut off before the newcomer's credential was anchored")
    return newer


def accept_in_guangdong(
    scene: Scene, teller: Teller, licence: tuple[Citizen, str], driving: tuple[Citizen, str], paper: Path
) -> None:
    for title, holder, agreement in (
        ("上海营业执照 Shanghai business licence", licence, 1),
        ("安徽驾驶证 Anhui driving licence", driving, 3),
    ):
        report = show_live(scene, teller, scene.guangdong, title, holder)
        teller.expect(f"{title}: accepted", report["verdict"], "accepted")
        found = evidence(report, 12).get("agreement")
        teller.expect(f"  by agreement {agreement} {AGREEMENTS[agreement - 1].title}", found, agreement)
        shown = set(report["claims"]) - {"issuer"}
        expected = {"certificate_holder_name", "certificate_validate_start", "certificate_validate_end"}
        teller.expect("  only name and validity were shown", shown, expected)
    report = check(teller, scene.guangdong, "纸质副本 Paper copy (PDF)", paper, picture=paper.with_suffix(".png"))
    teller.expect("the paper copy is accepted", report["verdict"], "accepted")
    conditions = [each["code"] for each in report["conditions"]]
    teller.expect("  on the condition that the clerk compares an identity document", conditions, ["identity_document"])


def refuse(scene: Scene, teller: Teller, licence: tuple[Citizen, str], paper: Path, revoked: Path) -> None:
    report = show_live(scene, teller, scene.sichuan, "四川，没有协议 Sichuan, no agreement", licence)
    missing = (report["verdict"], codes(report), evidence(report, 12)["type"], evidence(report, 12)["issuing_region"])
    wanted = ("rejected", ["agreement_is_missing"], BUSINESS_LICENCE, 310000)
    teller.expect("Sichuan rejects, and says that the agreement on business licences is missing", missing, wanted)

    forged = scene.folder / "forged.png"
    original = paper.with_suffix(".png").read_bytes()
    forged.write_bytes(forge(original, "李鬼贸易有限公司", SigningKey.from_secret(os.urandom(32))))
    report = check(teller, scene.guangdong, "伪造的纸质副本 A forged copy", forged)
    teller.expect("a forged copy is rejected", report["verdict"], "rejected")
    found = {"issuer_signature_is_wrong", "inclusion_path_leads_elsewhere"} & set(codes(report))
    teller.expect("  for its signature and its path", len(found), 2)

    citizen, credential = licence
    picture = scene.folder / "late-code.png"
    citizen.show(credential, picture)
    time.sleep(scene.live_seconds + 1)
    report = check(teller, scene.impatient, "过时的动态码 A live code past its life", picture)
    teller.expect("a live code past its life is rejected", codes(report), ["live_code_is_too_old"])

    picture = scene.folder / "copied-code.png"
    citizen.show(credential, picture)
    report = check(teller, scene.guangdong, "第一次出示 Shown at the first window", picture)
    teller.expect("the next live code is accepted at one window", report["verdict"], "accepted")
    report = check(teller, scene.neighbour, "同一动态码，第二个窗口 The same code at a second window", picture)
    teller.expect("  and rejected at a second that shares the store", codes(report), ["live_code_was_seen_before"])

    report = check(
        teller, scene.guangdong, "已吊销的营业执照 A revoked licence", revoked, picture=revoked.with_suffix(".png")
    )
    teller.expect("a revoked licence is rejected", codes(report), ["status_is_revoked"])


def cannot_tell(scene: Scene, teller: Teller, newer: tuple[Citizen, str], paper: Path) -> None:
    late = scene.open_window("guangdong-late", "广东第三窗口", sources=[])
    report = show_live(scene, teller, late, "比窗口的事实更新 Newer than the window's facts", newer)
    teller.expect("a credential newer than the facts: cannot tell", report["verdict"], "undetermined")
    teller.expect("  because its batch is not known yet", codes(report), ["batch_is_not_known_yet"])
    scene.processes.stop("guangdong-late")
    late = scene.open_window("guangdong-late", "广东第三窗口")
    late.wait_until_it_knows(latest_block(scene.node_url))
    report = show_live(scene, teller, late, "更新之后 After the update", newer)
    teller.expect("  after an update it is accepted", report["verdict"], "accepted")

    scene.processes.stop("node")
    scene.strict.wait_until_facts_are_older_than(scene.strict_facts_seconds)
    picture = paper.with_suffix(".png")
    report = check(teller, scene.strict, "链停了，事实过旧 The chain is off, facts too old", paper, picture=picture)
    teller.expect("facts older than the limit: cannot tell", report["verdict"], "undetermined")
    teller.expect("  because the facts are too old", codes(report)[:1], ["facts_are_too_old"])
    report = check(teller, scene.guangdong, "链停了，照样判定 The chain is off", paper, picture=picture)
    teller.expect("a window with the usual limit decides with bureaus and chain off", report["verdict"], "accepted")
    scene.start_node()
    scene.strict.wait_until_it_knows(latest_block(scene.node_url) + 1)  # of now: the latest may be of before the stop
    report = check(teller, scene.strict, "链恢复之后 After the chain is back", paper, picture=picture)
    teller.expect("  with fresh facts the same paper is accepted", report["verdict"], "accepted")


def show_live(scene: Scene, teller: Teller, window: Window, title: str, holder: tuple[Citizen, str]) -> dict[str, Any]:
    citizen, credential = holder
    picture = scene.folder / f"live-{len(list(scene.folder.glob('live-*.png'))) + 1}.png"
    citizen.show(credential, picture)
    return check(teller, window, title, picture)


def check(teller: Teller, window: Window, title: str, file: Path, picture: Path | None = None) -> dict[str, Any]:
    report, milliseconds = window.check(file.read_bytes(), file.name)
    teller.show(Check(f"{window.name} · {title}", report, data_url(picture or file), milliseconds))
    return report
