"""Officers' accounts and logins: who may do what, for which authority."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import Connection, Row, delete, insert, select, update

from issuer.errors import Code, Conflict, Invalid, NotAuthenticated, NotFound, NotPermitted
from issuer.passwords import MIN_CHARACTERS, hash_password, is_password
from issuer.schema import officers, sessions
from issuer.settings import Settings


class Role(StrEnum):
    """What an officer may do. Several may be held; four eyes are kept for each act all the same."""

    ADMINISTRATOR = "administrator"  # accounts, and the queue's retries
    DRAFTER = "drafter"  # 经办: imports, drafts, offers, drafts of acts
    APPROVER = "approver"  # 审批: approves what another drafted


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acts. `authority` None: none, for an administrator of the service."""

    number: int
    name: str
    roles: frozenset[Role]
    authority: int | None
    disabled: bool

    def must_be(self, role: Role) -> None:
        if role not in self.roles:
            raise NotPermitted(Code.ROLE_NEEDED, f"this needs the role {role}")

    def must_serve(self, authority: int) -> None:
        if self.authority != authority:
            raise NotPermitted(Code.OTHER_AUTHORITY, f"you do not serve authority {authority}")


def add_officer(
    connection: Connection, name: str, password: str, roles: Iterable[Role], authority: int | None
) -> Officer:
    """Raises Invalid for a weak password or an unfit set of roles, Conflict for a taken name."""
    held = frozenset(roles)
    _must_be_strong(password)
    if not name.strip() or not held:
        raise Invalid(Code.BAD_REQUEST, "an officer has a name and at least one role")
    if authority is None and held != {Role.ADMINISTRATOR}:
        raise Invalid(Code.BAD_REQUEST, "drafters and approvers serve an authority")
    if connection.execute(select(officers.c.id).where(officers.c.name == name)).first():
        raise Conflict(Code.NAME_TAKEN, "an officer with this name is there already")
    values = {"name": name, "password_hash": hash_password(password), "authority": authority}
    adding = insert(officers).values(**values, roles=" ".join(sorted(held))).returning(officers.c.id)
    return officer_of(connection, connection.execute(adding).scalar_one())


def officer_of(connection: Connection, number: int) -> Officer:
    row = connection.execute(select(officers).where(officers.c.id == number)).first()
    if row is None:
        raise NotFound("officer", number)
    return _officer(row)


def all_officers(connection: Connection) -> tuple[Officer, ...]:
    return tuple(map(_officer, connection.execute(select(officers).order_by(officers.c.id))))


def disable_officer(connection: Connection, number: int) -> Officer:
    """Ends the account and its sessions; what the officer did stays under the name."""
    officer_of(connection, number)
    connection.execute(update(officers).where(officers.c.id == number).values(disabled=True))
    connection.execute(delete(sessions).where(sessions.c.officer_id == number))
    return officer_of(connection, number)


def change_password(connection: Connection, officer: Officer, old: str, new: str) -> None:
    """Ends every session of the officer."""
    row = connection.execute(select(officers.c.password_hash).where(officers.c.id == officer.number)).one()
    if not is_password(old, row.password_hash):
        raise NotAuthenticated(Code.WRONG_LOGIN, "the old password is another")
    _must_be_strong(new)
    hashed = hash_password(new)
    connection.execute(update(officers).where(officers.c.id == officer.number).values(password_hash=hashed))
    connection.execute(delete(sessions).where(sessions.c.officer_id == officer.number))


def check_login(connection: Connection, name: str, password: str, settings: Settings, now: int) -> Officer | None:
    """The officer, or None for a wrong name or password; counts failures, so the caller commits either way."""
    row = connection.execute(select(officers).where(officers.c.name == name)).first()
    if row is None:
        is_password(password, _nobody())
        return None
    if row.paused_until > now:
        raise NotAuthenticated(Code.LOGIN_PAUSED, f"too many wrong passwords: wait {row.paused_until - now} seconds")
    if not is_password(password, row.password_hash) or row.disabled:
        _count_failure(connection, row, settings, now)
        return None
    connection.execute(update(officers).where(officers.c.id == row.id).values(failures=0))
    return _officer(row)


def start_session(connection: Connection, officer: Officer, settings: Settings, now: int) -> tuple[str, int]:
    """A bearer token, of which only the digest is kept, and when it ends."""
    token, expires_at = secrets.token_urlsafe(32), now + settings.session_seconds
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
    values = {"token_digest": digest_of(token), "officer_id": officer.number, "expires_at": expires_at}
    connection.execute(insert(sessions).values(**values))
    return token, expires_at


def officer_of_token(connection: Connection, token: str, now: int) -> Officer:
    """Raises NotAuthenticated for an unknown or ended session."""
    found = sessions.join(officers, officers.c.id == sessions.c.officer_id)
    query = select(officers).select_from(found)
    row = connection.execute(
        query.where(sessions.c.token_digest == digest_of(token), sessions.c.expires_at > now, ~officers.c.disabled)
    ).first()
    if row is None:
        raise NotAuthenticated(Code.NOT_LOGGED_IN, "log in first")
    return _officer(row)


def end_session(connection: Connection, token: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.token_digest == digest_of(token)))


def digest_of(token: str) -> bytes:
    """What is kept of a random token."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def _officer(row: Row[tuple[object, ...]]) -> Officer:
    return Officer(row.id, row.name, frozenset(map(Role, row.roles.split())), row.authority, row.disabled)


def _must_be_strong(password: str) -> None:
    if len(password) < MIN_CHARACTERS:
        raise Invalid(Code.WEAK_PASSWORD, f"a password has at least {MIN_CHARACTERS} characters")


def _count_failure(connection: Connection, row: Row[tuple[object, ...]], settings: Settings, now: int) -> None:
    failures = row.failures + 1
    paused = failures >= settings.login_tries
    values = {
        "failures": 0 if paused else failures,
        "paused_until": now + settings.login_pause_seconds if paused else 0,
    }
    connection.execute(update(officers).where(officers.c.id == row.id).values(**values))


@lru_cache(maxsize=1)
def _nobody() -> bytes:
    """Checked for unknown names, so that they take as long as known ones."""
    return hash_password(secrets.token_urlsafe(16))
