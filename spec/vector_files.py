"""Writes files of vectors, or with `--check` on the command line only tells which of them would change."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

VECTORS = Path(__file__).resolve().parent / "vectors"


def bring_up(files: Mapping[str, Callable[[], object]]) -> int:
    """`files` are names below `vectors` and what makes them. The exit status: 1 where `--check` found a change."""
    is_check, changed = "--check" in sys.argv, []
    for name, build in files.items():
        text = json.dumps(build(), ensure_ascii=False, indent=1) + "\n"
        path = VECTORS / name
        if not path.exists() or path.read_text("utf-8") != text:
            changed.append(name)
            if not is_check:
                path.write_text(text, "utf-8")
    sys.stdout.write(f"{len(files)} files, {len(changed)} changed: {', '.join(changed) or 'none'}\n")
    return 1 if changed and is_check else 0
