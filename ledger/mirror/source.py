"""Static files as a source of the replica (the Source protocol): a mirror over HTTP, its folder, or one pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from ledger.errors import MalformedPack, NodeUnavailable, OtherNetwork, PackIncomplete, PackStale, PackTooLarge
from ledger.journal import RawLog, fold
from ledger.mirror.fetching import Fetching, FolderFetching, HttpFetching, open_file
from ledger.mirror.manifest import Listed, Manifest, parse_manifest
from ledger.mirror.tiers import cheapest
from ledger.network_file import NetworkFile
from ledger.pack import Pack, mark_of, metadata_of, new_logs, prove_pack, require_chain
from ledger.replica.sources import shown_address
from ledger.replica.update import Known, Proven

MAX_CHOSEN = 64
"""How many packs are fetched at once, and may be open."""
MAX_CHOSEN_OCTETS = 256 * 1024 * 1024


class MirrorSource:
    """`mirror+http(s)://…` is a mirror on a web server, `file:///…` its folder or a single pack on this machine."""

    def __init__(self, address: str, network: NetworkFile) -> None:
        self.name = shown_address(address)
        self._network = network
        self._open: dict[str, tuple[BinaryIO, Pack]] = {}
        self._path = Path(unquote(urlsplit(address).path))
        self._fetching: Fetching = (
            FolderFetching(self._path) if address.startswith("file:") else HttpFetching(address.removeprefix("mirror+"))
        )

    def close(self) -> None:
        self._keep_only(())
        self._fetching.close()

    def prove(self, known: Known, now: int) -> Proven | None:
        """The last pack is fetched and proven first: what does not lead there brings no other."""
        with self._closing_on_failure():
            try:
                return self._prove(known, now)
            except NodeUnavailable:  # a tip may go while one reads; the manifest then names another
                return self._prove(known, now)

    def history(self, known: Known, proven: Proven) -> Iterable[RawLog]:
        """Up to the proven block, where the mirror goes that far."""
        with self._closing_on_failure():
            packs = [self._pack(listed) for listed in self._chosen(known)]
            logs = new_logs(packs, self._network, known)
        if packs[-1].span.end.head == proven.head:
            return logs
        return _until(logs, mark_of(self._network, known).head, proven)

    def _prove(self, known: Known, now: int) -> Proven | None:
        chosen = self._chosen(known)
        proven = prove_pack(self._pack(chosen[-1]), self._network, known, now)
        if proven is None:
            return None
        packs = [self._pack(listed) for listed in chosen]
        require_chain(packs, self._network, known)
        return replace(proven, metadata=metadata_of(packs))

    def _chosen(self, known: Known) -> list[Listed | None]:
        """The packs that lead from what is known to the newest; None is the single one. Raises PackTooLarge."""
        if self._is_single():
            self._keep_only(())
            return [None]
        chosen = cheapest(self._manifest().packs, mark_of(self._network, known).events)
        if len(chosen) > MAX_CHOSEN or sum(listed.octets for listed in chosen) > MAX_CHOSEN_OCTETS:
            raise PackTooLarge(f"more than {MAX_CHOSEN} packs, or {MAX_CHOSEN_OCTETS} octets, lead from what is known")
        self._keep_only(chosen)
        return [*chosen]

    def _is_single(self) -> bool:
        try:
            return self.name.startswith("file:") and not self._path.is_dir()
        except (OSError, ValueError) as e:
            raise NodeUnavailable(f"cannot read {self._path}: {e}") from e

    def _manifest(self) -> Manifest:
        found = parse_manifest(self._fetching.manifest())
        if found.network != "0x" + self._network.first_head.hex():
            raise OtherNetwork(f"the mirror is of another network than {self._network.name!r}")
        return found

    def _pack(self, listed: Listed | None) -> Pack:
        name = listed.file if listed else ""
        if name not in self._open:
            file = self._fetching.pack(listed) if listed else open_file(self._path)
            try:
                pack = Pack(file)
                if listed:
                    _require_span(pack, listed)
            except BaseException:
                file.close()
                raise
            self._open[name] = (file, pack)
        return self._open[name][1]

    @contextmanager
    def _closing_on_failure(self) -> Iterator[None]:
        try:
            yield
        except PackStale:  # a good mirror that is behind: its packs need not be fetched again the next time
            raise
        except BaseException:
            self._keep_only(())
            raise

    def _keep_only(self, chosen: Sequence[Listed]) -> None:
        needed = {listed.file for listed in chosen}
        for name in self._open.keys() - needed:
            self._open.pop(name)[0].close()


def _require_span(pack: Pack, listed: Listed) -> None:
    if (pack.span.start.events, pack.span.end.events) != (listed.start, listed.end):
        raise MalformedPack(f"{listed.file} does not hold the events that it is listed with")


def _until(logs: Iterable[RawLog], head: bytes, proven: Proven) -> Iterator[RawLog]:
    """The logs up to the proven head, which may come before the last, or not at all."""
    for log in logs if head != proven.head else ():
        head = fold(head, [log])
        yield log
        if head == proven.head:
            return
    if head != proven.head:
        raise PackIncomplete(f"the mirror does not reach block {proven.number} yet")
