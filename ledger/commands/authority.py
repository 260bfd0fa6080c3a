"""`yinxin ledger authority`, `operator` and `key`: what a region's administrator keeps of its authorities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from credential import PublicKey, identifiers, strict_json
from ledger.commands.acting import FILE, Acting, Address, Instant, acting, ends_option, starts_option
from ledger.commands.fence import (
    preview_key_command,
    preview_operator_command,
    revoke_key_command,
    revoke_operator_command,
)
from ledger.commands.restore import restore_command
from ledger.registries import USE_CREDENTIAL, USE_STATUS

_USES = {"credential": USE_CREDENTIAL, "status": USE_STATUS}


class _CreditCode(click.ParamType[str]):
    """What the registry takes unseen and keeps for ever: with the right check character."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not identifiers.is_credit_code(str(value)):
            self.fail(f"{value!r} is no credit code of GB 32100; a character is wrong", param, ctx)
        return str(value)


class _Url(click.ParamType[str]):
    """An `iss` that credentials may have (spec/credential.md)."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not identifiers.is_issuer_url(str(value)):
            self.fail(f"{value!r} is not http(s)://host[:port][/path], no slash at the end", param, ctx)
        return str(value)


@click.group("authority")
def authority_group() -> None:
    """A region: register and dissolve authorities, accredit them for types, restore their statuses after a theft."""


@authority_group.command("register")
@click.option("--region", type=int, required=True, help="The acting region; the authority belongs to it.")
@click.option("--credit-code", type=_CreditCode(), required=True, help="统一社会信用代码 (GB 32100).")
@click.option("--name", required=True, help="Its official name, as windows show it.")
@click.option("--url", type=_Url(), required=True, help="The `iss` of its credentials.")
@acting
def register_command(acting: Acting, region: int, credit_code: str, name: str, url: str) -> None:
    """Register an authority; its number is given by the registry."""
    acting.send(acting.registries.register_authority(region, credit_code, name, url))


@authority_group.command("add-url")
@click.argument("authority", type=int)
@click.argument("url", type=_Url())
@acting
def add_url_command(acting: Acting, authority: int, url: str) -> None:
    """Give an authority one more URL; it keeps the earlier ones."""
    acting.send(acting.registries.add_authority_url(authority, url))


@authority_group.command("dissolve")
@click.argument("authority", type=int)
@acting
def dissolve_command(acting: Acting, authority: int) -> None:
    """Record that an authority is dissolved; its region then keeps its statuses."""
    acting.send(acting.registries.dissolve_authority(authority))


@authority_group.command("accredit")
@click.argument("authority", type=int)
@click.argument("certificate_type", type=int)
@starts_option
@ends_option
@acting
def accredit_command(acting: Acting, authority: int, certificate_type: int, starts: int, ends: int | None) -> None:
    """Accredit an authority for a type, by the type's number."""
    acting.send(acting.registries.accredit(authority, certificate_type, starts, ends))


@authority_group.command("end-accreditation")
@click.argument("accreditation", type=int)
@click.option("--ends", type=Instant(), required=True, help="First moment after: YYYY-MM-DD or seconds.")
@acting
def end_accreditation_command(acting: Acting, accreditation: int, ends: int) -> None:
    """Bring the end of an accreditation forward."""
    acting.send(acting.registries.end_accreditation(accreditation, ends))


@click.group("operator")
def operator_group() -> None:
    """A region: the accounts that anchor and set statuses for an authority."""


@operator_group.command("add")
@click.argument("authority", type=int)
@click.argument("operator", type=Address())
@acting
def add_operator_command(acting: Acting, authority: int, operator: bytes) -> None:
    """Let an account act for an authority."""
    acting.send(acting.registries.add_operator(authority, operator))


@click.group("key")
def key_group() -> None:
    """A region: the keys that sign an authority's credentials."""


@key_group.command("add")
@click.argument("authority", type=int)
@click.argument("public_key", type=FILE)
@click.option(
    "--use",
    type=click.Choice(list(_USES)),
    default="credential",
    show_default=True,
    help="What it signs. `status`, for status lists, is reserved: nothing reads it yet.",
)
@starts_option
@ends_option
@acting
def add_key_command(acting: Acting, authority: int, public_key: Path, use: str, starts: int, ends: int | None) -> None:
    """Add an ES256 key from a file with its public half, as PEM or JWK."""
    key = _read_public_key(public_key)
    call = acting.registries.add_key(authority, key.thumbprint, key.octets, starts, ends, _USES[use])
    acting.send(call)


authority_group.add_command(restore_command)
operator_group.add_command(preview_operator_command)
operator_group.add_command(revoke_operator_command)
key_group.add_command(preview_key_command)
key_group.add_command(revoke_key_command)


def _read_public_key(path: Path) -> PublicKey:
    content = path.read_bytes()
    try:
        if content.lstrip().startswith(b"{"):
            return PublicKey.from_jwk(strict_json.parse(content))
        key = load_pem_public_key(content)
        if not isinstance(key, EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            raise ValueError("not a P-256 key")
        return PublicKey(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:])
    except (ValueError, UnsupportedAlgorithm) as e:
        raise click.ClickException(f"{path} is not the public half of a P-256 key, as PEM or JWK: {e}") from e
