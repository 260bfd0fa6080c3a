"""Officers' accounts and logins: who may do what, for which authority."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from issuer.errors import Code, Conflict, Invalid, NotAuthenticated, NotFound, NotPermitted
from issuer.passwords import MIN_CHARACTERS, hash_password, is_password
from issuer.schema import officers, sessions
from issuer.settings import Settings
from issuer.store import reading


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
    if Role.ADMINISTRATOR in held and (len(held) > 1 or authority is not None):
        raise Invalid(Code.BAD_REQUEST, "an administrator has no other role and serves no authority")
    if authority is None and Role.ADMINISTRATOR not in held:
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


def change_password(engine: Engine, officer: Officer, old: str, new: str) -> None:
    """Ends every session of the officer. Passwords are hashed between the transactions: writers would wait for it."""
    with reading(engine) as connection:
        known = connection.execute(select(officers.c.password_hash).where(officers.c.id == officer.number)).scalar_one()
    if not is_password(old, known):
        raise _other_password()
    _must_be_strong(new)
    hashed = hash_password(new)
    with engine.begin() as connection:
        unchanged = (officers.c.id == officer.number, officers.c.password_hash == known)
        if not connection.execute(update(officers).where(*unchanged).values(password_hash=hashed)).rowcount:
            raise _other_password()
        connection.execute(delete(sessions).where(sessions.c.officer_id == officer.number))


def log_in(engine: Engine, name: str, password: str, settings: Settings, now: int) -> tuple[Officer, str, int] | None:
    """The officer, a bearer token and when it ends; None for a wrong name or password.

    A try is counted before the password is hashed, so that tries at the same time are no more than those in a row, and
    hashed between the transactions: writers would wait for it.
    """
    row = _counted(engine, name, settings, now)
    if not is_password(password, _nobody() if row is None else row.password_hash) or row is None:
        return None
    with engine.begin() as connection:
        unchanged = (officers.c.id == row.id, officers.c.password_hash == row.password_hash, ~officers.c.disabled)
        if not connection.execute(update(officers).where(*unchanged).values(failures=0, paused_until=0)).rowcount:
            return None
        return _officer(row), *_start_session(connection, row.id, settings, now)


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


def _other_password() -> NotAuthenticated:
    return NotAuthenticated(Code.WRONG_LOGIN, "the old password is another")


def _counted(engine: Engine, name: str, settings: Settings, now: int) -> Row[Any] | None:
    """The officer of this name, with one more try counted as a failure until it is none."""
    with engine.begin() as connection:
        row = connection.execute(select(officers).where(officers.c.name == name)).first()
        if row is None:
            return None
        if row.paused_until > now:
            message = f"too many wrong passwords: wait {row.paused_until - now} seconds"
            raise NotAuthenticated(Code.LOGIN_PAUSED, message)
        failures = row.failures + 1
        paused = failures >= settings.login_tries
        values = {
            "failures": 0 if paused else failures,
            "paused_until": now + settings.login_pause_seconds if paused else 0,
        }
        connection.execute(update(officers).where(officers.c.id == row.id).values(**values))
    return row


def _start_session(connection: Connection, officer: int, settings: Settings, now: int) -> tuple[str, int]:
    """A bearer token, of which only the digest is kept, and when it ends."""
    token, expires_at = secrets.token_urlsafe(32), now + settings.session_seconds
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
    values = {"token_digest": digest_of(token), "officer_id": officer, "expires_at": expires_at}
    connection.execute(insert(sessions).values(**values))
    return token, expires_at


@lru_cache(maxsize=1)
def _nobody() -> bytes:
    """Checked for unknown names, so that they take as long as known ones."""
    return hash_password(secrets.token_urlsafe(16))
