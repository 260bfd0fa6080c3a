"""Files that are replaced as a whole: after a crash there is the old content or the new, never half of either."""

from __future__ import annotations

import os
from pathlib import Path


def draft_beside(path: Path, octets: bytes, *, mode: int = 0o600) -> Path:
    """A synced file next to `path`, to be put in its place. Raises OSError."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
    return draft


def put_in_place(draft: Path, path: Path) -> None:
    """When it returns, `path` is the draft, also after a crash. Raises OSError."""
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_over(path: Path, octets: bytes, *, mode: int = 0o600) -> None:
    """Both of the above: by default only the owner may read it. Raises OSError."""
    put_in_place(draft_beside(path, octets, mode=mode), path)
