"""One bureau of an invented country whose certificates are real: its acts in the history, and whole credentials.

The other bureaus of the history anchored random roots; this one's are the roots of what it issued.
"""

from __future__ import annotations

from bench.history import History
from bench.invented import CREDENTIAL, RECOGNITION, TRUST
from credential import (
    CertificateType,
    Reason,
    SigningKey,
    State,
    Tree,
    assemble,
    disclosures,
    issue,
    leaf_hash,
    payload_octets,
)
from ledger import events

SHANGHAI, GUANGDONG = 310000, 440000
_URL = "https://scjg.pudong.example/yinxin"
_OPERATOR = "0x" + "c1" * 20
_KEY = SigningKey.from_secret(b"\x31" * 32)


class Bureau:
    """In Shanghai, accredited for one type, which Guangdong recognises by an agreement. Everything happens now."""

    def __init__(self, history: History, number: int, kind: CertificateType) -> None:
        self._history = history
        self._number = number
        self._type = kind
        self._issued = 0
        now, credit_code, name = history.now, "11310000MB2F30750G", "上海市浦东新区示例局"
        history.register_type(kind.number, kind.code, kind.version, kind.digest)
        history.add(TRUST, events.AuthorityRegistered, number, SHANGHAI, credit_code, name, _URL)
        history.add(TRUST, events.OperatorAdded, number, _OPERATOR)
        history.add(TRUST, events.KeyAdded, number, _KEY.kid, 1, 1, _KEY.public_key.octets, now, 0)
        history.add(TRUST, events.Accredited, 1_000 * number, number, kind.number, now, 0)
        members = [(SHANGHAI, True, False), (GUANGDONG, False, True)]
        agreed = (1, SHANGHAI, b"\x11" * 32, [kind.number], now, 0, members)
        history.add(RECOGNITION, events.AgreementProposed, *agreed)
        for region in (SHANGHAI, GUANGDONG):
            history.add(RECOGNITION, events.AgreementRatified, 1, region)

    def issue(self, claims: dict[str, str]) -> str:
        """A batch of one credential, anchored, as it is shown on paper: all disclosures and no holder's key."""
        seed, position, now = bytes([self._issued]) * 16, self._issued, self._history.now
        payload = payload_octets(
            self._type, claims, seed=seed, issuer=_URL, position=position, issued_at=now, holder_key=None
        )
        tree = Tree([leaf_hash(payload)])
        batch = (self._number, position, position, 1, tree.root, _KEY.kid, _OPERATOR)
        self._history.add(CREDENTIAL, events.BatchAnchored, *batch)
        self._issued += 1
        return assemble(issue(payload, tree.path(0), _KEY), disclosures(self._type, claims, seed))

    def revoke(self, position: int) -> None:
        act = (position, State.VALID, State.INVALID, Reason.REVOKED, self._history.now, 0)
        self._history.add(CREDENTIAL, events.StatusChanged, self._number, *act, _OPERATOR)
