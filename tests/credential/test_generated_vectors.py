"""The committed vectors are what the committed generator writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SPEC = Path(__file__).resolve().parents[2] / "spec"


def test_the_vectors_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, SPEC / "generate.py", "--check"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
