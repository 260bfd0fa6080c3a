"""A mirror's folder: packs that never change and a manifest that does. Whoever reads it meanwhile sees a whole state.

Packs are written first, the manifest last and at once. What a manifest has named stays a round, and a while, after it
is not named any more: caches still give out that manifest, and its readers come for the packs.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from ledger.durable import write_over
from ledger.errors import JournalMismatch, OtherNetwork, PackNotWritten, PackProblem, PackTooLarge
from ledger.mirror.manifest import NAME, Listed, Manifest, parse_manifest, serialise_manifest
from ledger.mirror.tiers import TIP_EVENTS, chain, still_kept, to_merge
from ledger.pack import Draft, Exporting, Mark, exporting, open_pack
from ledger.replica import Replica

KEEP_SECONDS = 3_600
"""How long a pack stays that no manifest names any more: far longer than caches keep a manifest, or readers read."""
_ABANDONED_SECONDS = 3_600
"""How old a draft must be to be one that a crash left."""
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of writing did."""

    manifest: Manifest
    written: int
    removed: int


class MirrorFolder:
    """Writes one mirror. One process writes a folder, and holds its lock until it closes; any number serve it."""

    def __init__(
        self,
        path: Path,
        metadata: Mapping[bytes, bytes],
        *,
        keep_seconds: float = KEEP_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`metadata` are files of certificate types by digest; `keep_seconds` is how long a pack stays when no manifest
        names it any more. Makes the folder. Raises PackNotWritten, also where another process writes it.
        """
        self._path = path
        self._metadata = metadata
        self._keep_seconds = keep_seconds
        self._clock = clock
        self._lock: TextIO | None = None
        self._claim()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Lets another process write."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def write(self, replica: Replica) -> Round | None:
        """Brings the mirror to the replica's block; None where it is there.

        Raises PackNotWritten, OtherNetwork, UnsupportedPack, JournalMismatch where the folder is of another history; of
        one that the replica took back (a newer network file counts) the mirror is made anew.
        """
        self._claim()
        before = self._manifest(replica)
        if before is not None and replica.accepted is not None and before.newest.block == replica.accepted.number:
            return None
        has_gone_back = bool(replica.rewinds())
        try:
            with exporting(replica) as source:
                try:
                    listed, written = self._packs(source, before.packs if before else ())
                except JournalMismatch:
                    if not has_gone_back:
                        raise
                    listed, written = self._packs(source, ())  # it held what the replica has taken back
            manifest = Manifest("0x" + replica.network.first_head.hex(), listed)
            self._mark_dropped(manifest, before)
            write_over(self._path / NAME, serialise_manifest(manifest), mode=0o666)
            removed = self._tidy(manifest, before)
        except OSError as e:
            raise PackNotWritten(f"cannot write to {self._path}: {e.strerror}") from e
        return Round(manifest, written, removed)

    def _manifest(self, replica: Replica) -> Manifest | None:
        """What the folder has; a manifest that cannot be read is as good as none, for packs can be made again."""
        try:
            found = parse_manifest((self._path / NAME).read_bytes())
        except (FileNotFoundError, PackProblem):
            return None
        except OSError as e:
            raise PackNotWritten(f"cannot read {self._path / NAME}: {e.strerror}") from e
        if found.network != "0x" + replica.network.first_head.hex():
            raise OtherNetwork(f"{self._path} is the mirror of another network than {replica.network.name!r}")
        present = tuple(pack for pack in found.packs if (self._path / pack.file).exists())
        return Manifest(found.network, present) if present else None

    def _packs(self, source: Exporting, before: Sequence[Listed]) -> tuple[tuple[Listed, ...], int]:
        """The packs to list, the newest last, and how many of them are new."""
        settled = [pack for pack in before if pack.events >= TIP_EVENTS]
        whole = chain(settled)
        if whole and whole[-1].end > source.end.events:
            if whole[-1].block < source.block:
                raise JournalMismatch(f"the mirror has more events at block {whole[-1].block} than there are later")
            raise PackNotWritten(
                f"the mirror has {whole[-1].end} events, the replica {source.end.events}: let the replica follow first"
            )
        tip = self._write_tip(source, whole)
        merged = []
        if tip.events >= TIP_EVENTS:
            whole.append(tip)
            with suppress(PackTooLarge):  # they stay as they are: events that fill a pack stop no mirror
                while group := to_merge(whole):
                    merged.append(self._merge(source, group))
                    whole[-len(group) :] = merged[-1:]
        others = [pack for pack in still_kept([*settled, *merged], whole) if pack != tip]
        return (*others, tip), 1 + len(merged)

    def _write_tip(self, source: Exporting, whole: Sequence[Listed]) -> Listed:
        start = self._end_of(whole[-1]) if whole else source.mark(0)
        with source.draft_between(self._path / "packs", start, source.end, source.proof, self._metadata) as draft:
            return self._keep(draft)

    def _merge(self, source: Exporting, group: Sequence[Listed]) -> Listed:
        """One pack instead of several, proven as the last of them is."""
        with open_pack(self._path / group[0].file) as first, open_pack(self._path / group[-1].file) as last:
            start, end, proof = first.span.start, last.span.end, last.proof
        with source.draft_between(self._path / "packs", start, end, proof, self._metadata) as draft:
            return self._keep(draft)

    def _end_of(self, pack: Listed) -> Mark:
        with open_pack(self._path / pack.file) as found:
            return found.span.end

    def _keep(self, draft: Draft) -> Listed:
        file = Listed.name_of(draft.written.digest)
        draft.keep(self._path / file)
        span = draft.span
        return Listed(file, draft.written.octets, span.start.events, span.end.events, draft.block, draft.time)

    def _claim(self) -> None:
        """Makes the folder and takes its lock; again where somebody has removed the folder meanwhile."""
        try:
            (self._path / "packs").mkdir(parents=True, exist_ok=True)
            if self._lock is not None and _is_still(self._lock, self._path / _LOCK):
                return
            self.close()
            lock = (self._path / _LOCK).open("a")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
                raise
            self._lock = lock
        except BlockingIOError as e:
            raise PackNotWritten(
                f"another process writes the mirror in {self._path}: one process writes a folder"
            ) from e
        except OSError as e:
            raise PackNotWritten(f"cannot make {self._path}: {e.strerror}") from e

    def _mark_dropped(self, manifest: Manifest, before: Manifest | None) -> None:
        """Gives packs that are not going to be named any more the time of now: from then on they stay a while.

        Before the manifest is replaced: after a crash in between they are named still. An earlier manifest that cannot
        be read may have named any of them.
        """
        dropped = {pack.file for pack in before.packs} if before else {f"packs/{each.name}" for each in self._files()}
        now = self._clock()
        for file in dropped - {pack.file for pack in manifest.packs}:
            with suppress(PermissionError):  # another user's file: then its own time has to do
                os.utime(self._path / file, (now, now))

    def _tidy(self, manifest: Manifest, before: Manifest | None) -> int:
        """Removes packs that neither manifest names and none has named for long enough, and what a crash left."""
        named = {pack.file for pack in (*manifest.packs, *(before.packs if before else ()))}
        now, removed = self._clock(), 0
        for path in self._files():
            is_draft = path.name.startswith(".")
            age = now - path.stat().st_mtime
            if (
                age > _ABANDONED_SECONDS
                if is_draft
                else f"packs/{path.name}" not in named and age >= self._keep_seconds
            ):
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _files(self) -> list[Path]:
        """Packs, and drafts, whose names begin with a dot."""
        return list((self._path / "packs").iterdir())


def _is_still(file: TextIO, path: Path) -> bool:
    """The open file is the one that the path names."""
    return path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())
