"""A window as its operator has it: a folder with settings, the commands, and the service in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
CLAIMS = {
    "certificate_identifier": "1.2.156.3005.2.11100000MB0YX0001Q001.11310115000YX00012.310115202400417.001.X",
    "certificate_holder_name": "上海浦印云启软件有限公司",
    "certificate_holder_code": "91310115MA1YX00013",
    "enterprise_type": "有限责任公司",
    "legal_representative": "顾明远",
    "registered_capital": "人民币伍佰万元整",
    "business_scope": "软件开发。",
    "registered_address": "上海市浦东新区示范路 1 号",
    "certificate_validate_start": "2024-03-18",
    "certificate_validate_end": "长期",
}


@dataclass
class Office:
    """A folder with a window's settings."""

    folder: Path
    config: Path

    def run(self, *arguments: str, octets: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "yinxin", "verifier", *arguments]
        return subprocess.run(command, check=False, input=octets, capture_output=True, cwd=self.folder, timeout=120)

    def check(self, octets: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return self.run("check", "-", "--config", str(self.config), *arguments, octets=octets)


def office_of(world, folder: Path, region: int, name: str = "window", sources: object = None, **more: object) -> Office:
    settings = {
        "region": region,
        "network_file": str(world.network_path),
        "sources": [world.url] if sources is None else sources,
        "port": 0,
        "follow_seconds": 0.2,
        "replica": f"{name}.replica.sqlite",
        **more,
    }
    config = folder / f"{name}.toml"
    config.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items()), "utf-8")
    return Office(folder, config)


@contextmanager
def serving(office: Office) -> Iterator[httpx.Client]:
    ready = office.config.with_suffix(".ready")
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "yinxin", "verifier", "serve", "--config", str(office.config)]
    process = subprocess.Popen([*command, "--ready-file", str(ready)], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.02)
        with httpx.Client(base_url=json.loads(ready.read_text())["url"], timeout=30) as client:
            yield client
    finally:
        process.terminate()
        assert process.wait(30) == 0
