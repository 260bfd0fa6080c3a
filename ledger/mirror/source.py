"""Static files as a source of the replica (the Source protocol): a mirror over HTTP, its folder, or one pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from ledger.errors import MalformedPack, NodeUnavailable, OtherNetwork, PackIncomplete
from ledger.journal import RawLog, fold
from ledger.mirror.fetching import Fetching, FolderFetching, HttpFetching
from ledger.mirror.manifest import Listed, Manifest, parse_manifest
from ledger.mirror.tiers import cheapest
from ledger.network_file import NetworkFile
from ledger.pack import Pack, mark_of, new_logs, prove_packs
from ledger.replica.sources import shown_address
from ledger.replica.update import Known, Proven


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
        return prove_packs(self._packs(known), self._network, known, now)

    def history(self, known: Known, proven: Proven) -> Iterable[RawLog]:
        """Up to the proven block, where the mirror goes that far."""
        packs = self._packs(known)
        logs = new_logs(packs, self._network, known)
        if packs[-1].span.end.head == proven.head:
            return logs
        return _until(logs, mark_of(self._network, known).head, proven)

    def _packs(self, known: Known) -> list[Pack]:
        """The packs that lead from what is known to the newest."""
        if self.name.startswith("file:") and not self._path.is_dir():
            return [self._single()]
        chosen = self._chosen(known)
        try:
            return [self._pack(listed) for listed in chosen]
        except NodeUnavailable:  # a tip may go while one reads; the manifest then names another
            return [self._pack(listed) for listed in self._chosen(known)]

    def _chosen(self, known: Known) -> list[Listed]:
        chosen = cheapest(self._manifest().packs, mark_of(self._network, known).events)
        self._keep_only(chosen)
        return chosen

    def _manifest(self) -> Manifest:
        found = parse_manifest(self._fetching.manifest())
        if found.network != "0x" + self._network.first_head.hex():
            raise OtherNetwork(f"the mirror is of another network than {self._network.name!r}")
        return found

    def _pack(self, listed: Listed) -> Pack:
        if listed.file not in self._open:
            file = self._fetching.pack(listed)
            try:
                pack = Pack(file)
                _require_span(pack, listed)
            except BaseException:
                file.close()
                raise
            self._open[listed.file] = (file, pack)
        return self._open[listed.file][1]

    def _single(self) -> Pack:
        self._keep_only(())
        try:
            file = self._path.open("rb")
        except OSError as e:
            raise NodeUnavailable(f"cannot read {self._path}: {e.strerror}") from e
        try:
            pack = Pack(file)
        except BaseException:
            file.close()
            raise
        self._open[""] = (file, pack)
        return pack

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
