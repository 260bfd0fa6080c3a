"""A check, the window's standing and the withdrawn checks for the terminal, Chinese first. Renders; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from credential import texts
from ledger import visible
from verifier.sources import SourceState
from verifier.standing import Standing
from verifier.view import CheckView, age, grouped
from verifier.withdrawals import Withdrawn

if TYPE_CHECKING:
    from ledger import Loaded

P = ParamSpec("P")
_MARKS = {"accepted": "✓", "rejected": "✕", "undetermined": "?", "passes": "✓", "fails": "✕", "unknown": "?"}
_STANDINGS = {"answers": "在用 answers", "left": "弃用 left", "not_asked": "还没有问 not asked yet"}


def _harmless(told: Callable[P, Iterator[str]]) -> Callable[P, Iterator[str]]:
    """What a certificate or a source says of itself stays on its line, and is never obeyed by the terminal."""

    @wraps(told)
    def shown(*args: P.args, **kwargs: P.kwargs) -> Iterator[str]:
        return map(visible, told(*args, **kwargs))

    return shown


@_harmless
def lines(view: CheckView) -> Iterator[str]:
    if view.withdrawal:
        yield f"! 已收回 WITHDRAWN — {view.withdrawal.text[0]} {view.withdrawal.text[1]}"
        yield f"    下一步 next: {view.withdrawal.next_step[0]} {view.withdrawal.next_step[1]}"
        yield "  当时的结论 what was found then:"
    yield f"{_MARKS[view.verdict]} {view.word[0]} {view.word[1]} — {view.summary[0]} {view.summary[1]}"
    if view.asked_at:
        yield f"  问的是 {view.asked_at} 的情况 as of {view.asked_at}"
    for zh, en in view.conditions:
        yield f"  ! {zh} {en}"
    for finding in view.findings:
        yield f"  · {finding.text[0]} {finding.text[1]}  [{finding.code}]"
        yield f"    下一步 next: {finding.next_step[0]} {finding.next_step[1]}"
        if finding.ask:
            yield f"    问谁 ask: {finding.ask[0]} {finding.ask[1]}"
    yield from _shown(view)
    for (zh, en), value in view.claimed:
        yield f"  {zh} {en}: {value}（未经证实 unproven）"
    yield f"  数据截至 facts as of: {view.facts_as_of}（{view.facts_age[0]} {view.facts_age[1]}）"
    yield f"  网络指纹 network: {view.fingerprint_short}（{view.fingerprint}）"
    for rule in view.rules:
        yield f"  {rule.number:>2} {_MARKS[rule.outcome]} {rule.title[0]} {rule.title[1]}"


def _shown(view: CheckView) -> Iterator[str]:
    """What is proven, what accepted paper leaves out of it, and by what it counts here."""
    for (zh, en), value in view.claims:
        yield f"  {zh} {en}: {value}"
    if view.not_shown:
        may_have_none = ("（可能没有 may have none）", "")
        left_out = (f"{zh} {en}{may_have_none[mandatory]}" for (zh, en), mandatory in view.not_shown)
        yield f"  未出示 not shown: {'、'.join(left_out)}"
    if view.issuer and view.basis:
        yield f"  发证机关 issuer: {view.issuer}"
        yield f"  认可依据 recognised by: {view.basis[0]}"


@_harmless
def standing_lines(standing: Standing) -> Iterator[str]:
    """How the window stands, the gravest first."""
    if found := standing.contradiction:
        yield f"! 账本网络自相矛盾 The network contradicts itself: {found.number}"
        yield f"    {found.first_hash.hex()}"
        yield f"    {found.second_hash.hex()}"
        zh, en = texts.TEXTS["network_contradicts_itself"].next_zh, texts.TEXTS["network_contradicts_itself"].next_en
        yield f"    下一步 next: {zh} {en}"
    if accepted := standing.accepted:
        zh, en = age(standing.age_seconds or 0)
        yield f"数据截至 facts as of: {texts.time(accepted.time)}（{zh} {en}），区块 block {accepted.number}"
    else:
        yield "还没有任何数据 no facts yet"
    for source in standing.following.sources:
        yield from _source(source)
    if standing.following.trouble == "ReplicaUnwritable":
        yield "! 数据文件无法写入，磁盘可能已满 the replica cannot be written, the disk may be full"
    if not standing.following.sources:
        yield "没有设置数据源 no source is set: 数据只来自导入的离线窗口包 facts come from trust packs that are loaded"
    if standing.withdrawn and standing.withdrawn.open:
        yield f"! {standing.withdrawn.open} 次核验已收回、还没有重做 checks are withdrawn and not made again"
        yield "    yinxin verifier withdrawn"
    yield f"网络 network: {standing.network}"
    yield f"网络指纹 fingerprint: {grouped(standing.fingerprint)}（{standing.fingerprint}）"


def _source(source: SourceState) -> Iterator[str]:
    since = f"，自 since {texts.time(source.since)}" if source.since else ""
    yield f"数据源 source {source.name}: {_STANDINGS[source.standing]}{since}"
    if source.reason:
        yield f"    {source.reason.text[0]} {source.reason.text[1]} [{source.reason.code}] {source.reason.detail}"


@_harmless
def withdrawn_lines(found: Sequence[Withdrawn], *, with_made_again: bool) -> Iterator[str]:
    """The withdrawn checks, newest first."""
    if not found and with_made_again:
        yield "没有被收回的核验。No check is withdrawn."
    elif not found:
        yield "没有要重做的核验。No check has to be made again."
    for each in found:
        zh, en = texts.VERDICTS[each.verdict]
        named = f" · {each.certificate_identifier}" if each.certificate_identifier else ""
        again = f"已重做 made again: {each.made_again}" if each.made_again else "要重做 to be made again"
        yield f"{each.id}  {texts.time(each.made_at)}  {zh} {en}  {again}"
        yield f"    {each.window} · {each.issuer or '—'} · {'—' if each.position is None else each.position}{named}"


@_harmless
def loaded_lines(loaded: Loaded, known_until: int) -> Iterator[str]:
    """What came of loading a trust pack; `known_until` is the time of the facts before, 0 where there were none."""
    if loaded.already_known:
        yield "包里的内容手头都有，没有变化。All of it was known; nothing has changed."
    else:
        before = texts.time(known_until) if known_until else "没有数据 no facts"
        yield f"已导入 loaded: {loaded.new_events} 条新记录 new events"
        yield f"  原来截至 facts until then: {before}"
    yield f"  数据截至 facts as of: {texts.time(loaded.as_of)}，区块 block {loaded.block}"
