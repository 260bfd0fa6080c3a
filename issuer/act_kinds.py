"""The acts that change how a certificate or one of its copies stands (spec/status.md), as one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from credential import FINAL, Reason, State


class Scope(StrEnum):
    """What an act is about."""

    CERTIFICATE = "certificate"  # the legal record, and with it every copy
    CREDENTIAL = "credential"  # one copy
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class ActKind:
    """One kind of act: it begins a standing or ends one, for `reason`."""

    name: str
    zh: str
    scope: Scope
    reason: Reason
    begins: State | None = None
    ends: State | None = None

    @property
    def is_replacement(self) -> bool:
        return self.begins is State.SUPERSEDED

    @property
    def is_final(self) -> bool:
        return self.begins in FINAL


_ALL = (
    ActKind("suspend", "暂扣", Scope.CERTIFICATE, Reason.SUSPENDED, begins=State.SUSPENDED),
    ActKind("reinstate", "暂扣发还", Scope.CERTIFICATE, Reason.REINSTATED, ends=State.SUSPENDED),
    ActKind("rescind", "撤销", Scope.CERTIFICATE, Reason.RESCINDED, begins=State.INVALID),
    ActKind("revoke", "吊销", Scope.CERTIFICATE, Reason.REVOKED, begins=State.INVALID),
    ActKind("deregister", "注销", Scope.CERTIFICATE, Reason.DEREGISTERED, begins=State.INVALID),
    ActKind("withdraw_copy", "副本作废", Scope.CREDENTIAL, Reason.WITHDRAWN, begins=State.INVALID),
    ActKind("freeze", "挂失", Scope.EITHER, Reason.FROZEN, begins=State.FROZEN),
    ActKind("unfreeze", "解除挂失", Scope.EITHER, Reason.UNFROZEN, ends=State.FROZEN),
    ActKind("reissue", "换发", Scope.CERTIFICATE, Reason.REISSUED, begins=State.SUPERSEDED),
    ActKind("alter", "变更", Scope.CERTIFICATE, Reason.ALTERED, begins=State.SUPERSEDED),
    ActKind("renew", "延续", Scope.CERTIFICATE, Reason.RENEWED, begins=State.SUPERSEDED),
)
ACT_KINDS = {kind.name: kind for kind in _ALL}
