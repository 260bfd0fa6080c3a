"""How each of the window's sources does: whether it answers, and if not, since when and why, in words for people.

Nothing is decided here: which source is used is the replica's business (ledger.replica).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from credential.texts import Word
from ledger import MalformedSource, SourceFailure, shown_address
from ledger import require_source as known_source
from verifier.errors import NoSource

FORMS = ("http(s)://…", "mirror+http(s)://…/", "file:///…")
_MAX_DETAIL = 300

REASONS: Mapping[str, Word] = {
    "NodeUnavailable": ("没有回应", "no answer, or not in time"),
    "NodeRefused": ("拒绝回答", "it refuses to answer"),
    "MalformedAnswer": ("回答不像样", "its answers make no sense"),
    "MalformedPack": ("离线窗口包已损坏，或者不是离线窗口包", "its trust pack is damaged, or none"),
    "PackTooLarge": ("离线窗口包太大", "its trust pack is too large"),
    "UnsupportedPack": (
        "离线窗口包的版本比本窗口的软件新，或者这个网络不用离线窗口包",
        "its trust pack is of a later version, or of an engine without packs",
    ),
    "PackStale": ("离线窗口包比手头的数据旧", "its trust pack is older than the facts at hand"),
    "PackGap": ("缺少前面的离线窗口包", "a trust pack before it is missing"),
    "PackIncomplete": ("离线窗口包不完整", "its trust pack is cut short"),
    "OtherNetwork": ("属于另一个网络", "it belongs to another network"),
    "HeaderNotSealed": ("封签通不过验证", "its newest block is not properly sealed"),
    "TooFewTrusted": ("封签的验证节点不为本窗口所信", "too few of those who sealed its newest block are trusted here"),
    "NotAdvancing": ("数据比手头的旧", "it is behind the facts at hand"),
    "ContradictoryHeaders": ("给出了自相矛盾的封签", "it shows a second sealed block of one number"),
    "DoesNotFollow": ("与手头的数据接不上", "its blocks do not follow from the facts at hand"),
    "ProofRefused": ("证明通不过验证", "its proof does not hold"),
    "JournalMismatch": ("记录被改过、漏掉或调换过", "its records were altered, left out or reordered"),
    "CheckpointTooOld": ("网络文件太旧，请向网络的运营方索取新的", "the network file is too old: get a new one"),
}
"""By the name of the error, which is the reason's code in /health."""
_OTHER: Word = ("目前不能用", "it cannot be used now")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a source is left. `detail` is for the administrator, in English; it may quote what the source said."""

    code: str
    text: Word
    detail: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """`since` is when it began to be as it is: to answer, or, with a reason, to be left. None: not asked yet."""

    name: str
    since: int | None = None
    reason: Reason | None = None

    @property
    def standing(self) -> str:
        if self.reason:
            return "left"
        return "not_asked" if self.since is None else "answers"


def require_source(address: str) -> str:
    """The address, if it has one of the forms of a source. Raises NoSource, which names them."""
    try:
        return known_source(address)
    except MalformedSource as e:
        raise NoSource(address=shown_address(address)) from e


def not_asked(addresses: Iterable[str]) -> tuple[SourceState, ...]:
    return tuple(SourceState(shown_address(each)) for each in addresses)


def after_round(states: Sequence[SourceState], failures: Iterable[SourceFailure], now: int) -> tuple[SourceState, ...]:
    """After a round in which all were asked: those with a failure are left, the others answered."""
    reasons = {each.source: _reason(each) for each in failures}
    return tuple(_changed(each, reasons.get(each.name), now) for each in states)


def _changed(state: SourceState, reason: Reason | None, now: int) -> SourceState:
    goes_on = state.since is not None and (state.reason and state.reason.code) == (reason and reason.code)
    return replace(state, since=state.since if goes_on else now, reason=reason)


def _reason(failure: SourceFailure) -> Reason:
    """The error's own text, or that of the family it is of: a later program may know more of them."""
    names = [each.__name__ for each in type(failure.error).__mro__]
    text = next((REASONS[name] for name in names if name in REASONS), _OTHER)
    return Reason(names[0], text, _printable(str(failure.error)))


def _printable(text: str) -> str:
    """What a source wrote may be in it: a lone surrogate could not be sent, and would take /health down."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:_MAX_DETAIL])
