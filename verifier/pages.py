"""The window's pages from their templates: they render what is on record, escape everything, decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from credential import texts
from verifier.errors import NothingToJudge, VerifierError
from verifier.following import FollowingState
from verifier.loading import Loading
from verifier.receive import Window
from verifier.standing import standing_of
from verifier.store import Check
from verifier.view import age, grouped, type_name, view_of
from verifier.withdrawals import Withdrawn

_MEGABYTE = 1 << 20

_templates = Environment(
    loader=PackageLoader("verifier"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.globals.update(time=texts.time, age=age, grouped=grouped)


def index(window: Window, following: FollowingState) -> str:
    """The page where something is handed in. Its form carries a request id, so that a reload is no second request."""
    return _page("index.html", window, following)


def check(check: Check, window: Window, following: FollowingState) -> str:
    return _page("check.html", window, following, view=view_of(check, window.catalogue))


def withdrawn(
    found: Sequence[Withdrawn],
    next_row: int | None,
    with_made_again: bool,
    window: Window,
    following: FollowingState,
) -> str:
    """The list of withdrawn checks, from newest to oldest; `next_row` leads to the older ones."""
    names = {each.row: type_name(each.certificate_type, window.catalogue) for each in found}
    return _page(
        "withdrawn.html",
        window,
        following,
        found=found,
        type_names=names,
        next_row=next_row,
        with_made_again=with_made_again,
        verdicts=texts.VERDICTS,
    )


def packs(window: Window, following: FollowingState, max_octets: int) -> str:
    """The page where a trust pack is loaded."""
    return _page("packs.html", window, following, max_megabytes=max_octets // _MEGABYTE)


def loading(steps: Iterator[Loading], window: Window, following: FollowingState) -> Iterator[str]:
    """The page grows with the steps, and so needs no script to show how far it is; it ends with what came of it."""
    last: list[Loading] = []

    def told() -> Iterator[Loading]:
        for step in steps:
            last[:] = [step]
            yield step

    return _templates.get_template("loading.html").generate(
        **_context(window, following),
        steps=told(),
        ended=lambda: last[0],
        standing_now=lambda: standing_of(window, following),
        now=window.clock,
        longest_limit=max(each.max_facts_age_seconds for each in window.catalogue.types.values()),
    )


def error(error: VerifierError, window: Window, following: FollowingState) -> str:
    """What is wrong, and the form to try again."""
    return _page("error.html", window, following, error=error, nothing_to_judge=isinstance(error, NothingToJudge))


def _page(template: str, window: Window, following: FollowingState, **values: object) -> str:
    return _templates.get_template(template).render(**_context(window, following), **values)


def _context(window: Window, following: FollowingState) -> dict[str, object]:
    """What every page shows of the window itself."""
    return {
        "window_name": window.name,
        "region": texts.region(window.policy.region),
        "standing": standing_of(window, following),
        "no_network": texts.TEXTS["network_contradicts_itself"],
        "request_id": window.new_id(),
    }
