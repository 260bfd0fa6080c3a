"""Who is who on the chain: the council admits regions and types, regions admit authorities and agree."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ledger import Account, Administration, Call, Member, NetworkFile, Registries, deploy, load_catalogue, save_account

SHANGHAI, ANHUI, GUANGDONG, SICHUAN = 310000, 340000, 440000, 510000
REGIONS = {SHANGHAI: "上海市", ANHUI: "安徽省", GUANGDONG: "广东省", SICHUAN: "四川省"}
BUSINESS_LICENCE, FOOD_PERMIT, DRIVING_LICENCE = 1, 2, 3
KEYS_START = 1_735_660_800
"""2025-01-01 00:00 in Shanghai: keys, accreditations and agreements begin then."""


@dataclass(frozen=True, slots=True)
class Bureau:
    """An authority before it is on the chain; `number` is the one the registry will give it."""

    number: int
    region: int
    name: str
    credit_code: str
    url: str
    types: tuple[int, ...]
    operator: bytes
    kid: bytes
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Agreement:
    """`issuing` issues, `recognising` recognises, for `types`; the registry numbers them from 1, bureau by bureau."""

    title: str
    issuing: int
    recognising: int
    types: tuple[int, ...]


AGREEMENTS = (
    Agreement("沪粤营业执照互认协议", SHANGHAI, GUANGDONG, (BUSINESS_LICENCE,)),
    Agreement("沪川食品经营许可证互认协议", SHANGHAI, SICHUAN, (FOOD_PERMIT,)),
    Agreement("皖粤驾驶证互认协议", ANHUI, GUANGDONG, (DRIVING_LICENCE,)),
)


def found_network(rpc_url: str, folder: Path, on_final: Callable[[Call], None]) -> tuple[NetworkFile, Account]:
    """Deploys the registries; the council's account is the admin of the AccessManager."""
    council = Account.create()
    save_account(council, folder / "council.json")
    return deploy(rpc_url, council, "印信示例网 Yinxin demo", on_final=on_final), council


def admit(rpc_url: str, network: NetworkFile, council: Account, bureaus: list[Bureau], folder: Path) -> None:
    """Everything else, in four rounds; within a round the accounts do not wait for one another."""
    calls = Registries(network)
    administrators = {region: Account.create() for region in REGIONS}
    for region, account in administrators.items():
        save_account(account, folder / f"region-{region}.json")
    types = load_catalogue().types.values()
    opening = [calls.admit_region(region, name, administrators[region].address) for region, name in REGIONS.items()]
    opening += [calls.register_type(each.number, each.code, each.version, each.digest) for each in types]
    _round(rpc_url, {council: opening})
    for bureau in bureaus:
        proposed = [_proposal(calls, each) for each in AGREEMENTS if each.issuing == bureau.region]
        _round(rpc_url, {administrators[bureau.region]: [*_admission(calls, bureau), *proposed]})
    ratifications: dict[Account, list[Call]] = {}
    for number, agreement in enumerate(AGREEMENTS, start=1):
        for region in (agreement.issuing, agreement.recognising):
            ratifications.setdefault(administrators[region], []).append(calls.ratify_agreement(number, region))
    _round(rpc_url, ratifications)


def _admission(calls: Registries, bureau: Bureau) -> list[Call]:
    """The authority with its operator, its key and its types."""
    return [
        calls.register_authority(bureau.region, bureau.credit_code, bureau.name, bureau.url),
        calls.add_operator(bureau.number, bureau.operator),
        calls.add_key(bureau.number, bureau.kid, bureau.public_key, KEYS_START),
        *(calls.accredit(bureau.number, number, KEYS_START) for number in bureau.types),
    ]


def _proposal(calls: Registries, agreement: Agreement) -> Call:
    document = hashlib.sha256(agreement.title.encode()).digest()
    members = (Member(agreement.issuing, True, False), Member(agreement.recognising, False, True))
    return calls.propose_agreement(agreement.issuing, document, agreement.types, int(time.time()), None, members)


def _round(rpc_url: str, work: Mapping[Account, list[Call]]) -> None:
    def send(account: Account) -> None:
        with Administration(rpc_url, account) as administration:
            administration.send_all(work[account])

    with ThreadPoolExecutor(len(work)) as pool:
        list(pool.map(send, work))
