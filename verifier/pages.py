"""The window's pages from their templates: they render what is on record, escape everything, decide nothing."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from credential import texts
from verifier.errors import NothingToJudge, VerifierError
from verifier.following import FollowingState
from verifier.receive import Window
from verifier.store import Check
from verifier.view import age, grouped, view_of

_templates = Environment(
    loader=PackageLoader("verifier"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def index(window: Window, following: FollowingState) -> str:
    """The page where something is handed in. Its form carries a request id, so that a reload is no second request."""
    return _page("index.html", window, following)


def check(check: Check, window: Window, following: FollowingState) -> str:
    return _page("check.html", window, following, view=view_of(check, window.catalogue))


def error(error: VerifierError, window: Window, following: FollowingState) -> str:
    """What is wrong, and the form to try again."""
    return _page("error.html", window, following, error=error, nothing_to_judge=isinstance(error, NothingToJudge))


def _page(template: str, window: Window, following: FollowingState, **values: object) -> str:
    accepted = window.replica.accepted
    fingerprint = window.replica.network.fingerprint
    return _templates.get_template(template).render(
        window_name=window.name,
        region=texts.region(window.policy.region),
        following=following,
        as_of=texts.time(accepted.time) if accepted else None,
        facts_age=age(window.clock() - accepted.time) if accepted else None,
        fingerprint=fingerprint,
        fingerprint_short=grouped(fingerprint),
        request_id=window.new_id(),
        **values,
    )
