"""A bureau as its officers see it in tests, and the invented firms they deal with."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvicorn

from credential import SigningKey, base64url, identifiers
from issuer.accounts import Role, add_officer
from issuer.app import create_app
from issuer.bureau import Bureau, open_bureau
from issuer.settings import AuthoritySettings, Settings
from ledger import save_account
from tests.waiting import until

PASSWORD = "correct horse battery"


def credit_code(serial: int) -> str:
    """An invented 统一社会信用代码 with a valid check character."""
    first = f"91310000MA{serial:07d}"
    return first + identifiers.credit_check_character(first)


def business_licence(serial: int, **changes: str) -> dict[str, str]:
    """Claims of an invented firm, without an identifier."""
    claims = {
        "certificate_holder_name": f"上海试验{serial}号贸易有限公司",
        "certificate_holder_code": credit_code(serial),
        "enterprise_type": "有限责任公司（自然人投资或控股）",
        "legal_representative": "王㽏𠮷",
        "registered_capital": "人民币500.0000万元整",
        "business_scope": "食品销售（仅销售预包装食品）；日用百货销售；信息咨询服务；技术服务、技术开发、技术咨询。",
        "registered_address": "上海市浦东新区试验路100号",
        "certificate_validate_start": "2020-03-05",
        "certificate_validate_end": "2050-03-04",
    }
    return {name: value for name, value in {**claims, **changes}.items() if value}


def csv_of(rows: list[dict[str, str]], encoding: str = "utf-8") -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(columns), *(",".join(f'"{row.get(name, "")}"' for name in columns) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


@dataclass
class Desk:
    """One bureau over HTTP: an administrator, two officers, and what they do most often."""

    client: httpx.Client
    bureau: Bureau
    authority: int

    def headers(self, name: str) -> dict[str, str]:
        answer = self.client.post("/sessions", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def as_(self, name: str) -> Officer:
        return Officer(self, self.headers(name))


@dataclass
class Officer:
    """An officer who is logged in."""

    desk: Desk
    auth: dict[str, str]

    def get(self, path: str, status: int = 200, **options: object) -> object:
        answer = self.desk.client.get(path, headers=self.auth, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content

    def post(self, path: str, body: object = None, status: int = 201, **options: object) -> object:
        answer = self.desk.client.post(path, json=body, headers=self.auth, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def upload(self, octets: bytes, type_number: int = 1, status: int = 201) -> dict[str, object]:
        answer = self.desk.client.post(
            "/imports", data={"type_number": type_number}, files={"file": ("file.csv", octets)}, headers=self.auth
        )
        assert answer.status_code == status, answer.text
        return answer.json()


def write_settings(
    folder: Path, authority: object, network: Path, urls: tuple[str, ...], **changes: object
) -> Settings:
    """Settings and key files for one authority of the ledger fixtures."""
    number, key = authority.number, authority.key
    make_key_file(folder / "credential.pem", key)
    save_account(authority.operator, folder / "operator.json")
    one = AuthoritySettings(
        number=number,
        name=authority.name,
        credit_code=authority.credit_code,
        url=authority.url,
        key=folder / "credential.pem",
        operator=folder / "operator.json",
        types=(1, 2, 3),
    )
    values = {
        "database": folder / "issuer.db",
        "network": network,
        "ledger_urls": urls,
        "authorities": (one,),
        "wallet_batch_seconds": 0.1,
        "worker_seconds": 0.05,
        "retry_seconds": 0.2,
    }
    return Settings(**{**values, **changes})


def make_key_file(file: Path, key: SigningKey) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as target:
        target.write(pem)


def add_officers(bureau: Bureau, authority: int) -> None:
    with bureau.engine.begin() as connection:
        add_officer(connection, "admin", PASSWORD, [Role.ADMINISTRATOR], None)
        for name in ("first", "second"):
            add_officer(connection, name, PASSWORD, [Role.DRAFTER, Role.APPROVER], authority)


@contextmanager
def running(settings: Settings, port: int = 0, *, is_new: bool = True) -> Iterator[Desk]:
    """The service behind a real HTTP server on a free port; a new one gets its officers first."""
    bureau = open_bureau(settings)
    authority = settings.authorities[0].number
    if is_new:
        add_officers(bureau, authority)
    # A client that is used again after five idle seconds must not meet the moment in which the server hangs up.
    config = uvicorn.Config(create_app(bureau), port=port, log_level="warning", access_log=False, timeout_keep_alive=75)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            yield Desk(client, bureau, authority)
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class OfflineAuthority:
    """As the ledger fixtures' authorities, for tests that need no chain."""

    number: int
    name: str
    credit_code: str
    url: str
    key: SigningKey
    operator: object


@dataclass
class Phone:
    """A wallet that knows nothing but the standard: one key, one offer."""

    desk: Desk
    path: str
    offer: dict[str, object]
    key: SigningKey
    audience: str
    token: str = ""

    @classmethod
    def with_offer(cls, desk: Desk, offer: dict[str, object]) -> Phone:
        url = str(offer["credential_issuer"])
        return cls(desk, urlsplit(url).path, offer, SigningKey.from_secret(os.urandom(32)), url)

    @property
    def code(self) -> str:
        (grant,) = self.offer["grants"].values()
        return grant["pre-authorized_code"]

    def redeem(self, tx_code: str) -> httpx.Response:
        grant_type = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
        form = {"grant_type": grant_type, "pre-authorized_code": self.code, "tx_code": tx_code}
        answer = self.desk.client.post(f"{self.path}/token", data=form)
        if answer.is_success:
            self.token = answer.json()["access_token"]
        return answer

    def nonce(self) -> str:
        return self.desk.client.post(f"{self.path}/nonce").json()["c_nonce"]

    def proof(self, key: SigningKey | None = None, **changes: object) -> str:
        """A key proof; `changes` to claims, or to header members named `header_…`."""
        signer = key or self.key
        header = {"typ": "openid4vci-proof+jwt", "alg": "ES256", "jwk": signer.public_key.jwk}
        header |= {name.removeprefix("header_"): value for name, value in changes.items() if name[:7] == "header_"}
        claims = {"aud": self.audience, "iat": int(time.time())}
        if "nonce" not in changes:
            claims["nonce"] = self.nonce()
        claims |= {name: value for name, value in changes.items() if name[:7] != "header_"}
        parts = (json.dumps({n: v for n, v in each.items() if v is not None}).encode() for each in (header, claims))
        signing_input = ".".join(map(base64url.encode, parts))
        return f"{signing_input}.{base64url.encode(signer.sign(signing_input.encode()))}"

    def ask(self, proof: str | None = None, token: str | None = None, **changes: object) -> httpx.Response:
        (configuration,) = self.offer["credential_configuration_ids"]
        body = {"credential_configuration_id": configuration, "proofs": {"jwt": [proof or self.proof()]}, **changes}
        return self._post("credential", {n: v for n, v in body.items() if v is not None}, token)

    def fetch(self, transaction_id: str, token: str | None = None) -> httpx.Response:
        return self._post("deferred", {"transaction_id": transaction_id}, token)

    def notify(self, **body: str) -> httpx.Response:
        return self._post("notification", body)

    def _post(self, endpoint: str, body: object, token: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return self.desk.client.post(f"{self.path}/{endpoint}", json=body, headers=headers)


def make_certificate(desk: Desk, serial: int = 1, **changes: str) -> int:
    """One certificate in force, drafted by the first officer and approved by the second."""
    first, second = desk.as_("first"), desk.as_("second")
    number = first.post("/drafts", {"type_number": 1, "claims": business_licence(serial, **changes)})["id"]
    first.post(f"/drafts/{number}/submit", status=204)
    return second.post("/approvals", {"drafts": [number]})["certificates"][0]


def seal(desk: Desk, *certificates: int) -> list[dict[str, object]]:
    """Their anchored paper credentials."""
    first = desk.as_("first")
    first.post("/seals", {"certificates": list(certificates)}, 202)
    until(lambda: all(each["progress"] == "anchored" for each in _papers(first, certificates)))
    return _papers(first, certificates)


def _papers(officer: Officer, certificates: tuple[int, ...]) -> list[dict[str, object]]:
    return [
        copy
        for number in certificates
        for copy in officer.get(f"/certificates/{number}")["credentials"]
        if copy["form"] == "paper"
    ]


def carry_out(desk: Desk, kind: str, certificate: int, status: int = 200, **more: object) -> dict[str, object]:
    """An act, drafted by the first officer, approved by the second."""
    first, second = desk.as_("first"), desk.as_("second")
    identifier = first.get(f"/certificates/{certificate}")["claims"]["certificate_identifier"]
    body = {"kind": kind, "certificate": certificate, "reference": "沪试字〔2026〕1号", **more}
    number = first.post("/acts", body)["id"]
    return second.post(f"/acts/{number}/approve", {"certificate_identifier": identifier}, status)
