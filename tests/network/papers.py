"""What the bureau under test makes: papers from its database, queued ones too, and wallets' credentials with keys."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from credential import assemble, disclosures
from issuer.bureau import open_bureau
from issuer.certificates import certificate_of
from issuer.schema import credentials
from issuer.settings import Settings
from issuer.store import reading
from tests.issuer.bureau_at_work import Bureau
from tests.network.judging import Shown
from tests.network.watching import Wallet

_EVERY_SECONDS = 0.2


class Papers:
    """All paper credentials that were signed so far, in the order they were found; calling it gives them."""

    def __init__(self, settings: Settings) -> None:
        self._bureau = open_bureau(settings)
        self._found: dict[int, Shown] = {}
        self._next_look = 0.0

    def __call__(self) -> Sequence[Shown]:
        """Looks for new ones now and then; on a full disk there are none."""
        if monotonic() >= self._next_look:
            with suppress(OperationalError):
                self._look()
            self._next_look = monotonic() + _EVERY_SECONDS
        return list(self._found.values())

    def close(self) -> None:
        self._bureau.engine.dispose()

    def _look(self) -> None:
        signed = select(credentials).where(credentials.c.form == "paper", credentials.c.jwt.is_not(None))
        with reading(self._bureau.engine) as connection:
            for row in connection.execute(signed.where(credentials.c.id.not_in(list(self._found)))).all():
                certificate = certificate_of(connection, row.certificate_id)
                fields = self._bureau.type_version(certificate.type_number, certificate.type_version)
                text = assemble(row.jwt, disclosures(fields, certificate.claims, row.seed))
                self._found[row.id] = Shown.changing(f"paper {row.id}", row.authority, text)


def wallets_of(teams: Sequence[Bureau]) -> list[Wallet]:
    """What people's wallets have collected so far, with their keys."""
    return [
        (Shown.changing(f"wallet {number}", team.authority.number, text), team.asking[number][0].key)
        for team in teams
        for number, text in list(team.done.collected.items())
    ]
