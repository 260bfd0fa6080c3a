"""A bureau in Shanghai, its credentials, what the ledger would say of them, and a window in Guangdong."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import httpx
import uvicorn
import zxingcpp
from fastapi import FastAPI
from PIL import Image

from credential import (
    ANY_WINDOW,
    AgreementFact,
    AuthorityFact,
    BatchFact,
    CertificateType,
    Facts,
    KeyFact,
    MemberFact,
    Period,
    RegionFact,
    SigningKey,
    assemble,
    bind,
    disclosures,
    issue,
    leaf_hash,
    payload_octets,
    present,
)
from credential.qr import pack, to_text
from ledger import Accepted, Evidence, Loaded, NetworkFile, Replica, Rewind, load_catalogue
from ledger.network_file import Checkpoint, JournalAt, RegistriesAt
from verifier.following import Follower
from verifier.loading import Load, OnProgress
from verifier.receive import Request, Window, receive
from verifier.store import Check

NOW = 1_795_312_000
ISSUER = "https://jtgl.shanghai.example.cn/yinxin"
NETWORK = NetworkFile(
    name="test",
    network_id=bytes(32),
    engine="embedded",
    chain_id=1,
    checkpoint=Checkpoint(0, bytes(32), 0, (bytes(20),)),
    journal=JournalAt(bytes(20), bytes(32), 0),
    registries=RegistriesAt(bytes(20), bytes(20), bytes(20)),
    from_block=0,
)
VECTORS = Path(__file__).parents[2] / "spec/vectors/credentials.json"
CLAIMS = {
    **next(each["claims"] for each in json.loads(VECTORS.read_text("utf-8")) if each["type"] == "driving_licence"),
    "certificate_validate_start": "2024-03-18",
    "certificate_validate_end": "2030-03-17",
}


@dataclass
class Bureau:
    """Issues batches of one, the inclusion path of which is empty."""

    certificate_type: CertificateType
    key: SigningKey = field(default_factory=lambda: SigningKey.from_secret(secrets.token_bytes(32)))
    position: int = 5

    def credential(self, holder: SigningKey | None, claims: dict[str, str] = CLAIMS) -> tuple[str, bytes]:
        """The credential with all disclosures, and its seed."""
        seed = secrets.token_bytes(16)
        self.payload = payload_octets(
            self.certificate_type,
            claims,
            seed=seed,
            issuer=ISSUER,
            position=self.position,
            issued_at=NOW,
            holder_key=holder.public_key if holder else None,
        )
        return assemble(issue(self.payload, (), self.key), disclosures(self.certificate_type, claims, seed)), seed

    def facts(self) -> Facts:
        """What a fresh replica knows about the credential issued last."""
        everywhere = Period(0, None)
        members = (MemberFact(310000, True, True, 1, None, ()), MemberFact(440000, True, True, 1, None, ()))
        return Facts(
            fingerprint=NETWORK.fingerprint,
            as_of=NOW - 200,
            block=7,
            type_is_registered=True,
            certificate_type=self.certificate_type,
            authority=AuthorityFact(
                1, RegionFact(310000, "上海市"), "11310000YX00000017", "上海市交通管理局", (ISSUER,), None
            ),
            key=KeyFact(self.key.kid, 1, 1, 1, self.key.public_key.octets, everywhere, None),
            accreditations=(everywhere,),
            anchored_total=self.position + 1,
            batch=BatchFact(1, 0, self.position, 1, leaf_hash(self.payload), self.key.kid, NOW - 300, None),
            status_changes=(),
            agreements=(
                AgreementFact(3, bytes(32), (self.certificate_type.number,), Period(1_700_000_000, None), members),
            ),
            block_hash=block_hash(7),
        )


def block_hash(number: int, branch: str = "") -> bytes:
    """The hash of a made-up block."""
    return sha256(f"block {number} {branch}".encode()).digest()


class StillReplica(Replica):
    """A replica that stands still: it knows the facts, and the reorganisations, that it was given."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, NETWORK, load_catalogue(), ())
        self.facts: Facts | None = None
        self.taken_back: tuple[Rewind, ...] = ()

    @property
    def accepted(self) -> Accepted | None:
        if not self.facts:
            return None
        return Accepted(self.facts.block, self.facts.block_hash, self.facts.as_of, bytes(32), 1)

    def rewinds(self, after: int = 0) -> tuple[Rewind, ...]:
        return tuple(each for each in self.taken_back if each.number > after)

    def take_back(self, *hashes: bytes) -> None:
        """A reorganisation takes these blocks back."""
        number = len(self.taken_back) + 1
        self.taken_back += (Rewind(number, 6, 7, NOW, hashes),)

    @property
    def contradiction(self) -> Evidence | None:
        found = self.facts.contradiction if self.facts else None
        return Evidence(found.number, b"", b"", found.first, found.second, NOW - 60) if found else None

    def facts_for(self, shown: object) -> Facts:
        return self.facts or super().facts_for(shown)


def live_text(
    credential: str, holder: SigningKey, now: int = NOW, nonce: str | None = None, names: object = None
) -> str:
    names = names or ["certificate_holder_name", "certificate_validate_start", "certificate_validate_end"]
    return bind(present(credential, names), holder, ANY_WINDOW, nonce or secrets.token_urlsafe(16), now)


def png_of(text: str, level: str = "L") -> bytes:
    drawn = memoryview(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level).to_image(scale=4))
    picture = Image.frombytes("L", (drawn.shape[1], drawn.shape[0]), drawn.tobytes())
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def qr_of(text: str) -> str:
    return to_text(pack(text, load_catalogue()))


class Packs:
    """What loads packs for a window: it does what a test says, and remembers what it was given."""

    def __init__(self) -> None:
        self.octets: list[bytes] = []
        self.act: Load = lambda path, on_progress: Loaded(0, 12, 12, 7, NOW - 200, already_known=False)

    def __call__(self, path: Path, on_progress: OnProgress) -> Loaded:
        self.octets.append(path.read_bytes())
        return self.act(path, on_progress)


@dataclass
class Bench:
    """Everything a test needs at hand; `clock` can be turned."""

    bureau: Bureau
    holder: SigningKey
    replica: StillReplica
    window: Window
    client: httpx.Client
    clock: list[int]
    follower: Follower
    packs: Packs
    claims: dict[str, str] = field(default_factory=lambda: dict(CLAIMS))

    def issue(self, holder: SigningKey | None, claims: dict[str, str] = CLAIMS) -> str:
        credential, _ = self.bureau.credential(holder, claims)
        self.replica.facts = self.bureau.facts()
        return credential

    def live(self, **options: object) -> str:
        return live_text(self.issue(self.holder), self.holder, **options)

    def know(self, **changes: object) -> None:
        """Changes the facts that the replica has."""
        self.replica.facts = replace(self.replica.facts, **changes)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application behind a real socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


def ask(bench: Bench, text: str, request_id: str | None = None, day: date | None = None) -> Check:
    """What the window makes of a code's text, as a request of its own unless told otherwise."""
    return receive(Request(request_id or secrets.token_hex(8), text, day), bench.window)


REPORT = {
    "verdict": "accepted",
    "at": NOW,
    "now": NOW,
    "claimed": {"issuer": "https://a.example.cn", "certificate_type": None, "position": 5},
    "rows": [{"number": 4, "outcome": "passes"}],
}
CHECK = Check("c1", "r1", b"digest", NOW, "w", REPORT, None, 7, block_hash(7))
