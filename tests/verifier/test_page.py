"""The page in a real browser: a clerk uploads a picture and reads the verdict; all of it by keyboard."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.verifier.window_samples import png_of, qr_of

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
    WebDriverWait(browser, 20).until(lambda page: page.find_elements(By.ID, "verdict"))


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
    assert browser.switch_to.active_element.get_attribute("id") == "file"
    press(browser, Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("id") == "text"
    press(browser, qr_of(bench.live()), Keys.TAB, Keys.TAB, Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda page: page.find_elements(By.ID, "verdict"))
    assert verdict_on(browser, "keyboard") == "accepted"
    press(browser, Keys.TAB)
    assert "再核验一个" in browser.switch_to.active_element.text


def test_text_has_enough_contrast(bench, browser: Chrome, tmp_path: Path) -> None:
    """WCAG 2.1 AA, 1.4.3: 4.5:1 for every text on its ground, on each kind of page."""
    accepted = png_of(qr_of(bench.live()))
    for octets in (accepted, accepted, b"\x89PNG\r\n\x1a\n"):
        hand_in(browser, bench, octets, tmp_path)
        browser.execute_script("document.querySelectorAll('details').forEach(each => each.open = true)")
        worst = browser.execute_script(CONTRASTS)
        assert worst, "no text was measured"
        for colour, ground, text in worst:
            assert contrast(colour, ground) >= 4.5, (text, colour, ground)


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
