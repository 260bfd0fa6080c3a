"""Trust packs at the window: loaded whole or not at all, one at a time, and every refusal in its own words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from ledger import PACK_REFUSALS, Loaded, errors
from tests.verifier.window_samples import NOW
from tests.waiting import until
from verifier.errors import PackRefused, ReplicaUnusable
from verifier.loading import Loader, refusal
from verifier.terminal import loaded_lines

HTML = {"accept": "text/html"}
TEXT_FIELD = b'--b\r\nContent-Disposition: form-data; name="pack"\r\n\r\nx\r\n--b--\r\n'


def hand_in(bench: object, octets: bytes = b"a pack", **options: object) -> object:
    return bench.client.post("/packs", files={"pack": ("window.pack", octets)}, **options)


def ended(bench: object, place: str) -> dict[str, object]:
    until(lambda: bench.client.get(place).json()["state"] != "loading")
    return bench.client.get(place).json()


def left_over(folder: Path) -> list[Path]:
    return list(folder.glob("loading-*"))


def test_a_pack_is_loaded_and_said_from_when_to_when(bench, tmp_path: Path) -> None:
    bench.live()
    answer = hand_in(bench)
    assert answer.status_code == 202
    state = ended(bench, answer.headers["location"])
    assert state["state"] == "loaded"
    assert state["error"] is None
    assert state["loaded"] == {
        "known_until": NOW - 200,
        "facts_as_of": NOW - 200,
        "facts_block": 7,
        "from_event": 0,
        "to_event": 12,
        "new_events": 12,
        "already_known": False,
    }
    assert bench.packs.octets == [b"a pack"]
    until(lambda: not left_over(tmp_path), "the copy is removed")


def test_the_form_leads_to_a_page_that_grows_to_the_result(bench) -> None:
    bench.packs.act = several_steps
    answer = hand_in(bench, headers=HTML)
    assert answer.status_code == 303
    page = bench.client.get(answer.headers["location"], headers=HTML).text
    assert 'data-loading="loaded"' in page
    assert "12 条记录" in page
    assert page.rstrip().endswith("</html>")
    assert bench.client.get(answer.headers["location"], headers=HTML).text.count("data-loading") == 1


def several_steps(path: Path, on_progress: object) -> Loaded:
    for done in (4, 8, 12):
        on_progress(done, 12)
    return Loaded(0, 12, 12, 7, NOW - 200, already_known=False)


def test_the_page_shows_how_far_it_is_while_it_is_loaded(bench) -> None:
    go_on = threading.Event()

    def slowly(path: Path, on_progress: object) -> Loaded:
        on_progress(5, 12)
        assert go_on.wait(60)
        return several_steps(path, on_progress)

    bench.packs.act = slowly
    place = hand_in(bench).headers["location"]
    seen = ""
    with bench.client.stream("GET", place, headers=HTML) as page:
        for text in page.iter_text():
            seen += text
            if "5 / 12" in seen and not go_on.is_set():
                assert "data-loading" not in seen
                go_on.set()
    assert go_on.is_set()
    assert 'data-loading="loaded"' in seen


def test_a_pack_that_brings_nothing_new_is_no_failure(bench) -> None:
    bench.packs.act = lambda path, on_progress: Loaded(0, 12, 0, 7, NOW - 200, already_known=True)
    page = bench.client.get(hand_in(bench, headers=HTML).headers["location"], headers=HTML).text
    assert "没有变化" in page
    assert "没有变化" in "\n".join(loaded_lines(Loaded(0, 12, 0, 7, NOW, already_known=True), 5))


def test_a_pack_with_facts_that_are_too_old_is_loaded_and_said_to_be_old(bench) -> None:
    bench.packs.act = lambda path, on_progress: Loaded(0, 12, 12, 7, NOW - 40 * 86400, already_known=False)
    page = bench.client.get(hand_in(bench, headers=HTML).headers["location"], headers=HTML).text
    assert "40 天前" in page
    assert "更近的包" in page


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (errors.MalformedPack("x"), "malformed_pack", "已损坏"),
        (errors.PackTooLarge("x"), "pack_too_large", "大小上限"),
        (errors.UnsupportedPack("x"), "unsupported_pack", "升级"),
        (errors.PackStale("x"), "pack_stale", "不一定有问题"),
        (errors.PackGap(100, 40), "pack_gap", "从第 100 条记录开始，手头只有 40 条"),
        (errors.PackIncomplete("x"), "pack_incomplete", "不完整"),
        (errors.OtherNetwork("x"), "pack_of_other_network", "另一个网络"),
        (errors.ContradictoryHeaders(6, b"1", b"2"), "pack_contradicts", "运营方"),
        (errors.HeaderNotSealed("x"), "pack_not_proven", "通不过验证"),
        (errors.JournalMismatch("x"), "pack_not_proven", "通不过验证"),
        (errors.CheckpointTooOld("x"), "network_file_too_old", "网络文件太旧"),
        (errors.ReplicaUnwritable("x"), "replica_unusable", "磁盘可能已满"),
        (OSError(28, "No space left on device"), "replica_unusable", "磁盘可能已满"),
        (RuntimeError("unforeseen"), "internal", "出错"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_refusal_has_its_own_words(bench, tmp_path: Path, error: Exception, code: str, said: str) -> None:
    def refused(path: Path, on_progress: object) -> Loaded:
        raise error

    bench.packs.act = refused
    place = hand_in(bench).headers["location"]
    state = ended(bench, place)
    assert (state["state"], state["error"]["code"]) == ("refused", code)
    page = bench.client.get(place, headers=HTML).text
    assert said in page
    assert 'data-loading="refused"' in page
    until(lambda: not left_over(tmp_path), "the copy is removed")


def test_stale_incomplete_and_foreign_packs_are_never_called_bad() -> None:
    for error in (errors.PackStale("x"), errors.PackIncomplete("x"), errors.PackGap(1, 0), errors.OtherNetwork("x")):
        told = refusal(error)
        assert not [word for word in ("假", "伪", "损坏", "验证") if word in told.text_zh]
        assert not [word for word in ("forged", "damaged", "does not hold") if word in told.text_en]


def test_the_page_on_packs_has_each_refusal_with_its_codes() -> None:
    told = (Path(__file__).resolve().parents[2] / "docs/mirror.md").read_text(encoding="utf-8")
    families = {errors.NotProven}  # a row for several: none is raised by itself
    assert {each for each in PACK_REFUSALS if f"`{each.__name__}`" not in told} == families
    assert {each.code for each in PackRefused.__subclasses__() if f"`{each.code}`" not in told} == set()
    assert len(PackRefused.__subclasses__()) == len(PACK_REFUSALS)


def test_two_packs_are_not_loaded_at_once(bench, tmp_path: Path) -> None:
    with held(bench):
        first = hand_in(bench)
        second = hand_in(bench)
        assert (second.status_code, second.json()["error"]["code"]) == (409, "pack_is_loading")
        assert len(left_over(tmp_path)) == 1
    assert ended(bench, first.headers["location"])["state"] == "loaded"
    assert hand_in(bench).status_code == 202


@contextmanager
def held(bench: object) -> Iterator[None]:
    """While inside, loading does not end."""
    go_on = threading.Event()

    def waiting(path: Path, on_progress: object) -> Loaded:
        assert go_on.wait(60)
        return several_steps(path, on_progress)

    bench.packs.act = waiting
    yield
    go_on.set()


def test_a_pack_beyond_the_limit_is_refused_before_it_is_looked_at(bench, tmp_path: Path) -> None:
    for octets in (b"x" * ((3 << 20) + 1), b"x" * (4 << 20)):
        answer = hand_in(bench, octets)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "pack_too_large")
    assert bench.packs.octets == []
    assert not left_over(tmp_path)
    assert hand_in(bench, b"x" * (3 << 20)).status_code == 202


def test_a_picture_is_not_given_the_limit_of_packs(bench) -> None:
    answer = bench.client.post("/checks", files={"file": ("f", b"x" * ((2 << 20) + 1))})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("", b"x"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense"),
        ("multipart/form-data; boundary=b", TEXT_FIELD),
    ],
)
def test_a_hostile_upload_is_a_typed_error(bench, kind: str, body: bytes) -> None:
    answer = bench.client.post("/packs", content=body, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed_request")
    assert "Traceback" not in answer.text


def test_an_empty_form_says_what_is_missing(bench) -> None:
    for files in ({"pack": ("", b"")}, {"other": ("w.pack", b"x")}):
        answer = bench.client.post("/packs", files=files, headers=HTML)
        assert (answer.status_code, "malformed_request" in answer.text) == (400, True)


def test_a_loading_that_nobody_knows_is_a_typed_error(bench) -> None:
    answer = bench.client.get("/packs/none")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_such_loading")


def test_a_folder_without_room_is_told_by_name(bench, tmp_path: Path) -> None:
    loader = Loader(bench.packs, lambda: 0, tmp_path / "gone", 1 << 20, bench.window.new_id)
    with pytest.raises(ReplicaUnusable):
        loader.start(BytesIO(b"x"))


def test_old_loadings_are_forgotten(bench) -> None:
    places = []
    for _ in range(22):
        places.append(hand_in(bench).headers["location"])
        ended(bench, places[-1])
    assert bench.client.get(places[0]).status_code == 404
    assert bench.client.get(places[-1]).status_code == 200
