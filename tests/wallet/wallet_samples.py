"""A bureau's credential for a holder's key, as the issuer would send it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from credential import CertificateType, SigningKey, assemble, disclosures, issue, payload_octets

NOW = 1_795_312_000
PASSPHRASE = "口令 passphrase"
COST = 2**4
CLAIMS = {
    "certificate_identifier": "1.2.156.3005.2.11100000MB0YX0001Q001.11310115000YX00012.310115202400417.001.X",
    "certificate_holder_name": "上海浦印云启软件有限公司",
    "certificate_holder_code": "91310115MA1YX00013",
    "enterprise_type": "有限责任公司",
    "legal_representative": "顾明远",
    "registered_capital": "人民币伍佰万元整",
    "business_scope": "软件开发；信息系统集成服务。",
    "registered_address": "上海市浦东新区示范路 1 号",
    "certificate_validate_start": "2024-03-18",
    "certificate_validate_end": "长期",
}


@dataclass
class Issued:
    """One credential as an issuer would send it."""

    text: str
    seed: bytes
    holder_secret: bytes

    @property
    def holder_key(self) -> SigningKey:
        return SigningKey.from_secret(self.holder_secret)


def issued(
    certificate_type: CertificateType,
    claims: dict[str, str] = CLAIMS,
    holder_secret: bytes | None = None,
    **changes: object,
) -> Issued:
    seed, secret = secrets.token_bytes(16), holder_secret or secrets.token_bytes(32)
    settings = {
        "issuer": "https://scjgj.pudong.example.cn/yinxin",
        "position": 5,
        "issued_at": NOW,
        "holder_key": SigningKey.from_secret(secret).public_key,
    } | changes
    payload = payload_octets(certificate_type, claims, seed=seed, **settings)
    jwt = issue(payload, (), SigningKey.from_secret(secrets.token_bytes(32)))
    return Issued(assemble(jwt, disclosures(certificate_type, claims, seed)), seed, secret)
