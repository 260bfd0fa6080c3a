"""From raw logs to typed events: which event a topic means, and its values.

Values are decoded so that nothing a registrar wrote can stop a replica: text that is not UTF-8 keeps its good parts,
and numbers past 63 bits, which only a far-future time can be, become the greatest that a database holds.
"""

from __future__ import annotations

from ledger.errors import MalformedEvent
from ledger.events._layout import Layout, layout_of
from ledger.events.credential import BatchAnchored, StatusChanged, StatusRestored
from ledger.events.journal import WriterAdded, WriterRetired
from ledger.events.recognition import (
    AgreementProposed,
    AgreementRatified,
    AgreementResumed,
    AgreementSuspended,
    AgreementWithdrawn,
    Member,
)
from ledger.events.trust import (
    AccreditationEnded,
    Accredited,
    AuthorityDissolved,
    AuthorityRegistered,
    AuthorityUrlAdded,
    KeyAdded,
    KeyRevoked,
    OperatorAdded,
    OperatorRevoked,
    RegionAdministratorChanged,
    RegionAdmitted,
    TypeRegistered,
)
from ledger.journal import RawLog

Event = (
    RegionAdmitted
    | RegionAdministratorChanged
    | TypeRegistered
    | AuthorityRegistered
    | AuthorityUrlAdded
    | AuthorityDissolved
    | OperatorAdded
    | OperatorRevoked
    | KeyAdded
    | KeyRevoked
    | Accredited
    | AccreditationEnded
    | BatchAnchored
    | StatusChanged
    | StatusRestored
    | AgreementProposed
    | AgreementRatified
    | AgreementSuspended
    | AgreementResumed
    | AgreementWithdrawn
    | WriterAdded
    | WriterRetired
)

EVENTS: tuple[type[Event], ...] = Event.__args__


def decode(log: RawLog) -> Event | None:
    """The event of a log, None where this version does not know the topic. Raises MalformedEvent."""
    layout = _LAYOUTS.get(log.topic)
    if layout is None:
        return None
    try:
        return layout.decode(log.data)
    except Exception as e:  # eth_abi raises many kinds; each of them means the same
        raise MalformedEvent(f"a {layout.event.__name__} log of {len(log.data)} octets cannot be decoded") from e


_LAYOUTS: dict[bytes, Layout[Event]] = {layout.topic: layout for layout in map(layout_of, EVENTS)}

__all__ = [
    "EVENTS",
    "AccreditationEnded",
    "Accredited",
    "AgreementProposed",
    "AgreementRatified",
    "AgreementResumed",
    "AgreementSuspended",
    "AgreementWithdrawn",
    "AuthorityDissolved",
    "AuthorityRegistered",
    "AuthorityUrlAdded",
    "BatchAnchored",
    "Event",
    "KeyAdded",
    "KeyRevoked",
    "MalformedEvent",
    "Member",
    "OperatorAdded",
    "OperatorRevoked",
    "RegionAdministratorChanged",
    "RegionAdmitted",
    "StatusChanged",
    "StatusRestored",
    "TypeRegistered",
    "WriterAdded",
    "WriterRetired",
    "decode",
]
