"""Every route asks who is there, unless it stands on the short public list."""

from __future__ import annotations

import re

import pytest

from issuer.api.access import PUBLIC
from tests.issuer.desk import make_certificate


def routes(app, path: str) -> set[tuple[str, str]]:
    """(method, pattern) of every route, from the OpenAPI document; an authority's path is written {path}."""
    found = {
        (method.upper(), pattern.replace(path, "{path}", 1))
        for pattern, methods in app.openapi()["paths"].items()
        for method in methods
    }
    return found | {("GET", "/openapi.json")}


def application(desk):
    from issuer.app import create_app

    return create_app(desk.bureau)


def test_every_route_but_the_public_ones_refuses_strangers(offline):
    every = routes(application(offline), "/samr")
    assert every >= PUBLIC
    for method, pattern in sorted(every - PUBLIC):
        path = re.sub(r"\{[a-z_]+\}", "1", pattern)
        for headers in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": "Basic Zmlyc3Q6eA=="}):
            answer = offline.client.request(method, path, headers=headers)
            assert answer.status_code == 401, f"{method} {pattern} answered {answer.status_code}"
            assert answer.json()["error"]["code"] == "not_logged_in"


def test_there_are_no_routes_that_the_document_does_not_name(offline):
    hidden = {
        getattr(route, "path", "")
        for route in application(offline).routes
        if not getattr(route, "include_in_schema", False)
    }
    assert hidden <= {"/openapi.json", ""}


def test_a_wallets_token_is_no_officers(offline):
    certificate = make_certificate(offline)
    offered = offline.as_("first").post(f"/certificates/{certificate}/offers")
    from tests.issuer.desk import Phone

    phone = Phone.with_offer(offline, offered["offer"])
    phone.redeem(offered["tx_code"])
    assert offline.client.get("/certificates", headers={"Authorization": f"Bearer {phone.token}"}).status_code == 401
    assert phone.fetch("x", token=offline.as_("first").auth["Authorization"][7:]).json()["error"] == "invalid_token"


@pytest.mark.parametrize("path", ["/certificates/1", "/certificates/1/offers", "/credentials/1/paper.pdf", "/acts/1"])
def test_an_officer_without_authority_sees_no_certificate(offline, path):
    make_certificate(offline)
    method = "POST" if path.endswith("offers") else "GET"
    answer = offline.client.request(method, path, headers=offline.headers("admin"))
    assert answer.status_code in (403, 404)
