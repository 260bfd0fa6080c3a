"""The page in a real browser: a clerk uploads a picture and reads the verdict; all of it by keyboard."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from credential import ContradictionFact
from ledger import Loaded, NodeUnavailable, PackStale, SourceFailure
from tests.verifier.window_samples import NOW, block_hash, png_of, qr_of
from verifier.following import FollowingState
from verifier.loading import OnProgress
from verifier.sources import after_round, not_asked

pytestmark = pytest.mark.browser
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=900,1200",
)
SCREENSHOTS = os.environ.get("YINXIN_SCREENSHOTS")
"""A folder to keep pictures of the pages in, for people to look at."""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'browser'}"):
        options.add_argument(flag)
    chrome = Chrome(options=options, service=ChromeService("/usr/bin/chromedriver"))
    yield chrome
    chrome.quit()


def hand_in(browser: Chrome, bench: object, octets: bytes, folder: Path) -> None:
    (folder / "code.png").write_bytes(octets)
    browser.get(str(bench.client.base_url))
    browser.find_element(By.ID, "file").send_keys(str(folder / "code.png"))
    browser.find_element(By.CSS_SELECTOR, ".hand-in button[type=submit]").click()
    wait_until(browser, "#verdict")


def wait_until(browser: Chrome, selector: str) -> None:
    """Until the page has it; for that another page may have to come."""
    WebDriverWait(browser, 60).until(lambda page: page.find_elements(By.CSS_SELECTOR, selector))


def wait_until_focus_is_on(browser: Chrome, id_: str) -> None:
    """A page that is loaded gives the focus to a field only when it is drawn."""
    WebDriverWait(browser, 60).until(lambda page: page.switch_to.active_element.get_attribute("id") == id_)


def press(browser: Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def verdict_on(browser: Chrome, name: str) -> str:
    if SCREENSHOTS:
        browser.save_screenshot(str(Path(SCREENSHOTS) / f"{name}.png"))
    return browser.find_element(By.ID, "verdict").get_attribute("data-verdict")


def test_a_clerk_uploads_a_picture_and_reads_the_verdict(bench, browser: Chrome, tmp_path: Path) -> None:
    octets = png_of(qr_of(bench.live()))
    hand_in(browser, bench, octets, tmp_path)
    assert verdict_on(browser, "accepted") == "accepted"
    assert browser.find_element(By.ID, "verdict").text.startswith("认可")
    assert "方静" in browser.page_source
    browser.refresh()
    assert verdict_on(browser, "accepted") == "accepted"
    hand_in(browser, bench, octets, tmp_path)
    assert verdict_on(browser, "rejected") == "rejected"
    finding = browser.find_element(By.CSS_SELECTOR, ".finding")
    assert finding.get_attribute("data-code") == "live_code_was_seen_before"
    assert "下一步" in finding.text
    assert "持证人" in finding.text
    assert "未经证实" in browser.find_element(By.CSS_SELECTOR, ".unproven").text


def test_what_cannot_be_told_is_never_shown_as_bad(bench, browser: Chrome, tmp_path: Path) -> None:
    octets = png_of(qr_of(bench.live()))
    bench.know(as_of=bench.clock[0] - 7200)
    hand_in(browser, bench, octets, tmp_path)
    assert verdict_on(browser, "undetermined") == "undetermined"
    assert browser.find_element(By.ID, "verdict").text.startswith("无法判定")
    assert len(browser.find_elements(By.CSS_SELECTOR, ".finding")) == 1
    assert not browser.find_elements(By.CSS_SELECTOR, ".verdict.rejected")
    assert browser.execute_script("return window.scrollY") == 0


def test_paper_is_accepted_with_what_is_still_to_do(bench, browser: Chrome, tmp_path: Path) -> None:
    hand_in(browser, bench, png_of(qr_of(bench.issue(None))), tmp_path)
    assert verdict_on(browser, "paper") == "accepted"
    assert "身份证件" in browser.find_element(By.CSS_SELECTOR, ".condition").text


def test_the_page_works_by_keyboard_alone(bench, browser: Chrome) -> None:
    browser.get(str(bench.client.base_url))
    wait_until_focus_is_on(browser, "file")
    press(browser, Keys.TAB)
    wait_until_focus_is_on(browser, "text")
    press(browser, qr_of(bench.live()), Keys.TAB, Keys.TAB, Keys.ENTER)
    wait_until(browser, "#verdict")
    assert verdict_on(browser, "keyboard") == "accepted"
    wait_until_focus_is_on(browser, "verdict")
    press(browser, Keys.TAB)
    assert "再核验一个" in browser.switch_to.active_element.text


def test_text_has_enough_contrast(bench, browser: Chrome, tmp_path: Path) -> None:
    """WCAG 2.1 AA, 1.4.3: 4.5:1 for every text on its ground, on each kind of page."""
    accepted = png_of(qr_of(bench.live()))
    for octets in (accepted, accepted, b"\x89PNG\r\n\x1a\n"):
        hand_in(browser, bench, octets, tmp_path)
        require_contrast(browser)


def picture(browser: Chrome, name: str) -> None:
    """The whole page, for people to look at."""
    if SCREENSHOTS:
        height = browser.execute_script("return document.documentElement.scrollHeight")
        browser.set_window_size(900, height + 150)
        browser.save_screenshot(str(Path(SCREENSHOTS) / f"{name}.png"))
        browser.set_window_size(900, 1200)


def require_contrast(browser: Chrome) -> None:
    browser.execute_script("document.querySelectorAll('details').forEach(each => each.open = true)")
    measured = browser.execute_script(CONTRASTS)
    assert measured, "no text was measured"
    for colour, ground, text in measured:
        assert contrast(colour, ground) >= 4.5, (text, colour, ground)


def look(browser: Chrome, bench: object, path: str, name: str) -> None:
    browser.get(f"{bench.client.base_url}{path}")
    picture(browser, name)
    require_contrast(browser)


def test_a_withdrawn_check_says_so_in_place_of_its_verdict(bench, browser: Chrome, tmp_path: Path) -> None:
    hand_in(browser, bench, png_of(qr_of(bench.live())), tmp_path)
    place = browser.current_url
    look(browser, bench, "/withdrawn", "withdrawn-empty")
    assert "没有要重做的核验" in browser.find_element(By.CSS_SELECTOR, "[data-empty]").text
    bench.replica.take_back(block_hash(7))
    bench.follower.withdraw()
    browser.get(place)
    assert verdict_on(browser, "withdrawn") == "withdrawn"
    picture(browser, "withdrawn")
    require_contrast(browser)
    assert "方静" not in browser.page_source
    browser.find_element(By.CSS_SELECTOR, ".notice a").click()
    wait_until(browser, "[data-check]")
    (line,) = browser.find_elements(By.CSS_SELECTOR, "[data-check]")
    assert "要重做" in line.text
    picture(browser, "withdrawn-list")
    require_contrast(browser)
    again = png_of(qr_of(bench.live()))
    bench.know(block=8, block_hash=block_hash(8))
    hand_in(browser, bench, again, tmp_path)
    assert verdict_on(browser, "made-again") == "accepted"
    assert not browser.find_elements(By.CSS_SELECTOR, ".notice")
    look(browser, bench, "/withdrawn?all=true", "withdrawn-all")


def test_a_pack_is_loaded_by_keyboard_and_its_result_is_told(bench, browser: Chrome, tmp_path: Path) -> None:
    bench.live()
    (tmp_path / "window.pack").write_bytes(b"a pack")
    for name, act in PACKS.items():
        bench.packs.act = act
        browser.get(f"{bench.client.base_url}/packs")
        if name == "loaded":
            wait_until_focus_is_on(browser, "pack")
        browser.find_element(By.ID, "pack").send_keys(str(tmp_path / "window.pack"))
        picture(browser, "packs")
        require_contrast(browser)
        browser.find_element(By.CSS_SELECTOR, ".hand-in button").send_keys(Keys.ENTER)
        wait_until(browser, "[data-loading]")
        result = browser.find_element(By.CSS_SELECTOR, "[data-loading]")
        assert result.get_attribute("data-loading") == ("refused" if name == "stale" else "loaded")
        picture(browser, f"pack-{name}")
        require_contrast(browser)


def stale(path: Path, on_progress: object) -> Loaded:
    raise PackStale("block 5, known is 7")


def in_steps(path: Path, on_progress: OnProgress) -> Loaded:
    for done in (20_000, 60_000, 110_000):
        on_progress(done, 110_000)
        time.sleep(0.6)
    return Loaded(0, 110_000, 98_000, 7, NOW - 200, already_known=False)


PACKS = {
    "loaded": in_steps,
    "known": lambda path, on_progress: Loaded(0, 12, 0, 7, NOW - 200, already_known=True),
    "old": lambda path, on_progress: Loaded(0, 12, 12, 7, NOW - 9 * 86400, already_known=False),
    "stale": stale,
}


def test_sources_and_an_alarm_are_on_the_first_page(bench, browser: Chrome, tmp_path: Path) -> None:
    bench.live()
    addresses = ("http://node.example.cn:8545", "mirror+https://cdn.example.cn/yinxin/", "file:///media/stick/w.pack")
    failures = (
        SourceFailure(addresses[0], NodeUnavailable("connection refused")),
        SourceFailure(addresses[2], PackStale("block 5, known is 7")),
    )
    bench.follower._state = FollowingState(after_round(not_asked(addresses), failures, NOW - 3600), NOW - 5, None)
    look(browser, bench, "/", "index")
    standings = [each.get_attribute("data-standing") for each in browser.find_elements(By.CSS_SELECTOR, ".sources li")]
    assert standings == ["left", "answers", "left"]
    text = bench.issue(None)
    bench.know(contradiction=ContradictionFact(6, block_hash(6), block_hash(6, "another")))
    look(browser, bench, "/", "alarm")
    assert browser.find_element(By.CSS_SELECTOR, "[data-alarm]").get_attribute("role") == "alert"
    hand_in(browser, bench, png_of(qr_of(text)), tmp_path)
    assert verdict_on(browser, "contradiction") == "undetermined"
    assert len(browser.find_elements(By.CSS_SELECTOR, ".finding")) == 1
    picture(browser, "contradiction")
    require_contrast(browser)


CONTRASTS = """
return [...document.querySelectorAll('body *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.offsetParent)
  .map(e => {
    let behind = e;
    while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    return [getComputedStyle(e).color, getComputedStyle(behind).backgroundColor, e.textContent.trim().slice(0, 30)];
  });
"""


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance of `rgb(r, g, b)`."""
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
