"""A real window for measuring: a ledger with one bureau and one agreement, a replica that followed it, a live code.

Everything is made in a folder that the caller owns, with keys of its own; the node is stopped before anything is
measured.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bench.process import running
from credential import (
    ANY_WINDOW,
    Catalogue,
    CertificateType,
    Live,
    Policy,
    Presentation,
    Report,
    SigningKey,
    Tree,
    assemble,
    base64url,
    bind,
    disclosures,
    issue,
    leaf_hash,
    padding_leaf,
    parse_presented,
    payload_octets,
    qr,
    verify,
)
from ledger import Account, Administration, Call, Member, NetworkFile, Registries, Replica, deploy, load_catalogue
from wallet import png

SHANGHAI, GUANGDONG = 310000, 440000
BATCH = 1024
_BUREAU = "https://scjgj.pudong.example.cn/yinxin"
_CREDIT_CODE = "11310115000YX00012"
_CLAIMS = {
    "certificate_identifier": "1.2.156.3005.2.11100000MB0YX0001Q001.11310115000YX00012.310115202400417.001.X",
    "certificate_holder_name": "上海浦印云启软件有限公司",
    "certificate_holder_code": "91310115MA1YX00013",
    "enterprise_type": "有限责任公司（自然人投资或控股）",
    "legal_representative": "顾明远",
    "registered_capital": "人民币伍佰万元整",
    "business_scope": "一般项目：技术服务、技术开发、技术咨询、技术转让；软件开发；信息系统集成服务；"
    "数据处理和存储支持服务；电子产品销售；广告制作。",
    "registered_address": "上海市浦东新区张杨路2188弄16号3层302室",
    "certificate_validate_start": "2024-03-18",
    "certificate_validate_end": "2054-03-17",
}
"""An invented firm; its codes have valid check characters."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window in Guangdong and what is shown there: a business licence, ten fields, key-bound, batch of 1,024."""

    catalogue: Catalogue
    replica: Replica
    code: str
    picture: bytes
    presentation: Presentation
    issuer_key: SigningKey
    now: int

    def check(self, text: str) -> Report:
        """What the window's service does between the text and the report."""
        shown = parse_presented(text, self.catalogue)
        facts = self.replica.facts_for(shown)
        return verify(shown, facts, Policy(GUANGDONG), Live(seen_before=False), self.now, self.now)


@contextmanager
def window(folder: Path) -> Iterator[Window]:
    """Sets everything up in `folder`, over JSON-RPC with a node of its own; takes about ten seconds."""
    catalogue, issuer_key, holder_key = load_catalogue(), _key(), _key()
    licence = catalogue.types[1, 1]
    credential, root, seed = _issue(licence, issuer_key, holder_key, int(time.time()))
    node = ["ledger", "node", "--data", str(folder / "node"), "--port", "0"]
    with running(node, folder / "ready.json") as url:
        network = _settle(url, licence, issuer_key.public_key.octets, issuer_key.kid, root)
        replica = Replica(folder / "replica.sqlite", network, catalogue, [url])
        replica.follow_once()
    now = max(int(time.time()), replica.as_of)
    text = bind(credential, holder_key, ANY_WINDOW, base64url.encode(os.urandom(16)), now)
    presentation = parse_presented(text, catalogue)
    if not isinstance(presentation, Presentation):
        raise RuntimeError(f"the credential just made cannot be read: {presentation.message}")
    code = qr.to_text(qr.pack(text, catalogue, seed=seed))
    with replica:
        yield Window(catalogue, replica, code, png(code, now + 60), presentation, issuer_key, now)


def _key() -> SigningKey:
    return SigningKey.from_secret(os.urandom(32))


def _issue(licence: CertificateType, issuer: SigningKey, holder: SigningKey, now: int) -> tuple[str, bytes, bytes]:
    """The credential, its batch's root, its seed."""
    seed = os.urandom(16)
    payload = payload_octets(
        licence, _CLAIMS, seed=seed, issuer=_BUREAU, position=0, issued_at=now, holder_key=holder.public_key
    )
    tree = Tree([leaf_hash(payload), *(padding_leaf(os.urandom(32)) for _ in range(BATCH - 1))])
    return assemble(issue(payload, tree.path(0), issuer), disclosures(licence, _CLAIMS, seed)), tree.root, seed


def _settle(url: str, licence: CertificateType, public_key: bytes, kid: bytes, root: bytes) -> NetworkFile:
    """One account is council, both regions and the bureau's operator: who may do what is not what is measured."""
    account = Account.create()
    network = deploy(url, account, "bench")
    with Administration(url, account) as administration:
        administration.send_all(_acts(Registries(network), account.address, licence, public_key, kid))
        administration.send(Registries(network).anchor(1, 0, root, BATCH, kid))
    return network


def _acts(
    registries: Registries, account: bytes, licence: CertificateType, public_key: bytes, kid: bytes
) -> list[Call]:
    since = int(time.time()) - 86_400
    members = [Member(SHANGHAI, True, True), Member(GUANGDONG, True, True)]
    return [
        registries.admit_region(SHANGHAI, "上海市", account),
        registries.admit_region(GUANGDONG, "广东省", account),
        registries.register_type(licence.number, licence.code, licence.version, licence.digest),
        registries.register_authority(SHANGHAI, _CREDIT_CODE, "上海市浦东新区证照示例局", _BUREAU),
        registries.add_operator(1, account),
        registries.add_key(1, kid, public_key, since),
        registries.accredit(1, licence.number, since),
        registries.propose_agreement(SHANGHAI, sha256(b"bench").digest(), [licence.number], since, None, members),
        registries.ratify_agreement(1, SHANGHAI),
        registries.ratify_agreement(1, GUANGDONG),
    ]
