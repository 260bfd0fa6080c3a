"""A check for the terminal, Chinese first. Renders; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.view import CheckView

_MARKS = {"accepted": "✓", "rejected": "✕", "undetermined": "?", "passes": "✓", "fails": "✕", "unknown": "?"}


def lines(view: CheckView) -> Iterator[str]:
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
    for (zh, en), value in view.claims:
        yield f"  {zh} {en}: {value}"
    if view.issuer and view.basis:
        yield f"  发证机关 issuer: {view.issuer}"
        yield f"  认可依据 recognised by: {view.basis[0]}"
    for (zh, en), value in view.claimed:
        yield f"  {zh} {en}: {value}（未经证实 unproven）"
    yield f"  数据截至 facts as of: {view.facts_as_of}（{view.facts_age[0]} {view.facts_age[1]}）"
    yield f"  网络指纹 network: {view.fingerprint_short}"
    for rule in view.rules:
        yield f"  {rule.number:>2} {_MARKS[rule.outcome]} {rule.title[0]} {rule.title[1]}"
