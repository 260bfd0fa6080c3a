"""Offers for wallets, made at the counter."""

from __future__ import annotations

import base64
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from issuer.api.access import Drafter, Number, TheService
from issuer.certificates import certificate_for
from issuer.offers import make_offer, withdraw_offer
from issuer.paper import qr_png

router = APIRouter(prefix="/certificates/{number}/offers", tags=["offers"])


class OfferOut(BaseModel):
    """An offer for one wallet, answered once. Give `tx_code` to the holder in person, not with the offer."""

    id: int
    offer: dict[str, Any] = Field(repr=False)
    by_value: str = Field(repr=False)
    by_reference: str = Field(repr=False)
    qr_png: str = Field(repr=False, description="The offer by reference as a QR code: PNG in base64.")
    tx_code: str = Field(repr=False)
    expires_at: int


@router.post("", status_code=201)
def offer(number: Number, officer: Drafter, service: TheService, response: Response) -> OfferOut:
    """A pre-authorised code with a transaction code, for a certificate in force."""
    bureau = service.bureau
    with bureau.engine.begin() as connection:
        certificate = certificate_for(connection, officer, number)
        made = make_offer(connection, bureau, officer, certificate, bureau.clock())
    response.headers["Cache-Control"] = "no-store"
    return OfferOut(
        id=made.number,
        offer=made.document,
        by_value=made.by_value,
        by_reference=made.by_reference,
        qr_png=base64.b64encode(qr_png(made.by_reference)).decode("ascii"),
        tx_code=made.tx_code,
        expires_at=made.expires_at,
    )


@router.delete("/{offer_number}", status_code=204)
def withdraw(number: Number, offer_number: Number, officer: Drafter, service: TheService) -> Response:
    """Ends an offer that went to the wrong person, also where its code was redeemed but nothing was fetched yet."""
    bureau = service.bureau
    with bureau.engine.begin() as connection:
        certificate = certificate_for(connection, officer, number)
        withdraw_offer(connection, certificate.number, offer_number, bureau.clock())
    return Response(status_code=204)
