"""docs/ledger.md's set-up, as a newcomer types it: the lines run as they stand, and lead to a licence that counts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from credential import Live, Policy, Verdict, parse_presentation, verify
from issuer.signing import load_key
from ledger import load_account, load_catalogue, read_network_file
from tests.fixtures_ledger import BUSINESS_LICENCE, GUANGDONG, ROOT, SHANGHAI, Authority, RunningNode, World
from tests.wallet.wallet_samples import CLAIMS

DOCUMENT = (ROOT / "docs/ledger.md").read_text(encoding="utf-8")
NODE = "http://127.0.0.1:8545"


def test_the_set_up_of_the_document_runs_as_it_stands(ledger_node: RunningNode, tmp_path: Path) -> None:
    """But for the node's address. A licence of the bureau that it sets up is then accepted in the other region."""
    node, lines = re.findall(r"```sh\n(.*?)```", DOCUMENT.split("## Setting up a network")[1].split("\n## ")[0], re.S)
    assert node.startswith("yinxin ledger node ")
    assert lines.startswith(f"RPC={NODE}\n")
    done = type_in(lines.replace(NODE, ledger_node.url, 1), tmp_path)
    assert done.returncode == 0, done.stdout
    world = as_set_up(tmp_path, ledger_node.url)
    assert verdict(world, tmp_path / "window.db") is Verdict.ACCEPTED


def type_in(lines: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """In a shell that stops at the first line that fails, where `yinxin` is this repository's."""
    command = folder / "bin" / "yinxin"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m yinxin "$@"\n')
    command.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("YINXIN_ISSUER_PASSPHRASE", None)
    return subprocess.run(
        ["sh", "-euc", lines],
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1400,
        check=False,
    )


def as_set_up(folder: Path, url: str) -> World:
    """What the lines made, from its files."""
    network, bureau = folder / "network.json", folder / "shanghai"
    accounts = {each: load_account(folder / f"{each}.json") for each in ("council", "shanghai", "guangdong")}
    administrators = {SHANGHAI: accounts["shanghai"], GUANGDONG: accounts["guangdong"]}
    made = Authority(
        number=1,
        region=SHANGHAI,
        credit_code="11310115000YX00012",
        name="上海市示例局",
        url="http://127.0.0.1:8001/samr",
        operator=load_account(bureau / "operator.json"),
        key=load_key(bureau / "credential.pem", None),
    )
    return World(
        url, read_network_file(network), network, accounts["council"], administrators, load_catalogue(), [made]
    )


def verdict(world: World, window: Path) -> Verdict:
    """On a licence that the bureau issues now, in the region that recognises."""
    (text,) = world.issue(world.shanghai, world.type(BUSINESS_LICENCE), [CLAIMS])
    with world.replica(window) as replica:
        replica.follow_once()
        shown = parse_presentation(text)
        now = int(time.time())
        return verify(shown, replica.facts_for(shown), Policy(GUANGDONG), Live(seen_before=False), now, now).verdict
