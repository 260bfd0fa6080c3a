"""Runs the story and says where to look; ends with 1 where it went otherwise than it must."""

from __future__ import annotations

import argparse
import fcntl
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TextIO

import httpx
from rich.console import Console

from scripts.story.chapters import tell
from scripts.story.page import write_page
from scripts.story.processes import Processes
from scripts.story.scene import Scene
from scripts.story.teller import NotAsExpected, Teller

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = ".yinxin-demo"


def main() -> int:
    words = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that services never outlive the story
    console = Console()
    held = _claim(words.folder)
    teller, processes = Teller(console), Processes(words.folder / "logs")
    scene = Scene(words.folder, processes)
    started = time.monotonic()
    try:
        tell(scene, teller)
        teller.end_chapter()
        page = words.folder / "story.html"
        write_page(teller, scene.network.fingerprint, page)
        console.print(f"\n[bold]{teller.expectations} expectations held in {time.monotonic() - started:.0f} s[/bold]")
        paper = words.folder / "paper.pdf"
        console.out(f"page      {page}\npaper     {paper}\nQR codes  {words.folder}/*.png", highlight=False)
        if words.keep:
            _keep(scene, console)
    except NotAsExpected as error:
        _tell_end(console, f"Not as expected: {error}", processes)
        return 1
    except (RuntimeError, TimeoutError, httpx.HTTPError) as error:
        _tell_end(console, f"The story could not go on: {error}", processes)
        return 1
    except KeyboardInterrupt:
        console.print("\nstopped")
        return 130
    finally:
        processes.stop_all()
        held.close()
    return 0


def _tell_end(console: Console, why: str, processes: Processes) -> None:
    console.out(f"\n{why}", style="red", highlight=False)
    console.out(f"logs: {processes.logs}", highlight=False)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "scripts/demo", description="One licence, two provinces: the whole chain of trust."
    )
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "demo", help="where everything is written; emptied first (default: demo)"
    )
    return parser.parse_args()


def _claim(folder: Path) -> TextIO:
    """Makes the folder anew and holds it; one in use, or that holds anything but an earlier demo, is left alone."""
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()):
        if not mark.exists():
            sys.exit(f"{folder} is not empty and holds no earlier demo: choose another --folder")
        with mark.open("w") as held:
            _hold(held, folder)
            shutil.rmtree(folder)
    (folder / "logs").mkdir(parents=True)
    held = mark.open("w")
    _hold(held, folder)
    return held


def _hold(mark: TextIO, folder: Path) -> None:
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"a demo is running in {folder}: end it, or choose another --folder")


def _keep(scene: Scene, console: Console) -> None:
    """Starts the bureaus again and waits for Ctrl-C."""
    for bureau in scene.bureaus:
        scene.reopen_bureau(bureau)
    console.print("\nrunning, Ctrl-C ends it:")
    for service in scene.processes.services.values():
        if service.process.poll() is None:
            console.out(f"  {service.name:22} {service.url}", highlight=False)
    console.out(f"officers: names and passwords are in {scene.folder}/bureau-*/officers.txt", highlight=False)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    sys.exit(main())
