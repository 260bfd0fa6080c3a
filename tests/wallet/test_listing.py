"""`yinxin wallet list` and the wallet's errors: what an issuer wrote is shown whole, as it is, and harmless."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from credential import CertificateType
from tests.wallet.wallet_samples import CLAIMS, NOW, PASSPHRASE, issued
from wallet import Held, Wallet
from wallet.cli import wallet as command
from wallet.errors import IssuerRefused


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(command, ["--wallet", str(folder), *words], env={"YINXIN_WALLET_PASSPHRASE": PASSPHRASE})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[/x]有限公司", "[/x]有限公司"),
        ("[red]有限公司[/red]:smile:", "[red]有限公司[/red]:smile:"),
        ("上海浦印云启软件有限公司" * 10, "上海浦印云启软件有限公司" * 10),
        ("有限\x1b[2J公司\u202e", "有限\ufffd[2J公司\ufffd"),
    ],
)
def test_a_holder_s_name_is_listed_as_it_is(
    tmp_path: Path, wallet: Wallet, licence: CertificateType, name: str, shown: str
) -> None:
    made = issued(licence, CLAIMS | {"certificate_holder_name": name})
    wallet._keep(Held("0badcafe", made.text, made.seed, made.holder_secret, NOW, None))
    told = run(tmp_path / "wallet", "list")
    assert told.exit_code == 0, told.output
    (line,) = (line for line in told.output.splitlines() if "0badcafe" in line)
    assert shown in line
    assert "2024-03-18 – 长期" in line
    assert not set("\x1b\u202e…") & set(told.output)


def test_an_issuer_s_error_does_not_speak_to_the_terminal(
    tmp_path: Path, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise IssuerRefused(400, "\x1b[2J\n已核验")

    monkeypatch.setattr(Wallet, "accept", refused)
    told = run(tmp_path / "wallet", "accept", "openid-credential-offer://?")
    assert told.exit_code == 1
    assert told.output.startswith("the issuer refused (400 \ufffd[2J↵已核验)")
