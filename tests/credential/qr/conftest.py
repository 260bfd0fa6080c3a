"""The real types and dictionaries, and a way to write any presentation of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from credential import (
    ANY_WINDOW,
    CertificateType,
    SigningKey,
    Tree,
    assemble,
    bind,
    disclosures,
    issue,
    leaf_hash,
    parse_certificate_type,
    payload_octets,
    present,
)
from credential.catalogue import Catalogue

ROOT = Path(__file__).parents[3]
ISSUER_KEY = SigningKey.from_secret(sha256(b"yinxin/tests/qr/issuer").digest())
HOLDER_KEY = SigningKey.from_secret(sha256(b"yinxin/tests/qr/holder").digest())
SEED = bytes(range(16))
Write = Callable[..., str]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The types and dictionaries of this repository."""
    types = [parse_certificate_type(path.read_bytes()) for path in (ROOT / "credential/types").glob("*.json")]
    dictionaries = {int(path.stem): path.read_bytes() for path in (ROOT / "credential/dictionaries").glob("*.txt")}
    return Catalogue({(each.number, each.version): each for each in types}, dictionaries)


@pytest.fixture(scope="session")
def vectors() -> Any:
    return json.loads((ROOT / "spec/vectors/qr.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def seed() -> bytes:
    return SEED


@pytest.fixture(scope="session")
def holder_key() -> SigningKey:
    return HOLDER_KEY


@pytest.fixture(scope="session")
def write() -> Write:
    """Writes a presentation: on paper, or bound where `nonce` is given, or a bound one at rest with `has_key` alone."""

    def _write(
        certificate_type: CertificateType,
        claims: Mapping[str, str],
        *,
        shown: Iterable[str] | None = None,
        has_key: bool = False,
        nonce: str | None = None,
        audience: str = ANY_WINDOW,
        bound_at: int = 1_790_000_123,
        position: int = 1_048_733,
        issuer: str = "https://scjgj.pudong.example.cn/yinxin",
        batch: int = 4,
    ) -> str:
        payload = payload_octets(
            certificate_type,
            claims,
            seed=SEED,
            issuer=issuer,
            position=position,
            issued_at=1_790_000_000,
            holder_key=HOLDER_KEY.public_key if has_key or nonce is not None else None,
        )
        tree = Tree([leaf_hash(payload), *(sha256(bytes([i % 256])).digest() for i in range(1, batch))])
        jwt = issue(payload, tree.path(0), ISSUER_KEY)
        text = assemble(jwt, disclosures(certificate_type, claims, SEED))
        if shown is not None:
            text = present(text, shown)
        return text if nonce is None else bind(text, HOLDER_KEY, audience, nonce, bound_at)

    return _write


@pytest.fixture(scope="session")
def licence(catalogue: Catalogue) -> CertificateType:
    return catalogue.types[1, 1]


@pytest.fixture(scope="session")
def claims() -> dict[str, str]:
    """A business licence, all ten fields."""
    return {
        "certificate_identifier": "1.2.156.3005.2.11100000MB0YX0001Q001.11310115000YX00012.310115202400417.001.X",
        "certificate_holder_name": "上海浦印云启软件有限公司",
        "certificate_holder_code": "91310115MA1YX00013",
        "enterprise_type": "有限责任公司（自然人投资或控股）",
        "legal_representative": "顾明远",
        "registered_capital": "人民币伍佰万元整",
        "business_scope": "一般项目：技术服务、技术开发、技术咨询、技术转让；软件开发；信息系统集成服务；",
        "registered_address": "上海市浦东新区张杨路2188弄16号3层302室",
        "certificate_validate_start": "2024-03-18",
        "certificate_validate_end": "2054-03-17",
    }
