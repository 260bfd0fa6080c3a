"""Settings: documented, frozen, and refused where they cannot be meant."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from issuer.api.queue import Status
from issuer.errors import Code
from issuer.settings import AuthoritySettings, Settings, load_settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "issuer.md"
TEXT = """
database = "data/issuer.db"
network = "network.json"

[[authorities]]
number = 1
name = "上海市示例局"
credit_code = "11310115000YX00012"
url = "https://bureau.example/samr"
key = "credential.pem"
operator = "operator.json"
types = [1]
"""


@pytest.mark.parametrize("model", [Settings, AuthoritySettings])
def test_every_setting_is_described_and_in_the_document(model):
    document = DOCUMENT.read_text("utf-8")
    for name, field in model.model_fields.items():
        assert field.description, name
        assert f"| `{name}` |" in document, f"{name} is not in docs/issuer.md"


def test_every_error_code_is_in_the_document():
    document = DOCUMENT.read_text("utf-8")
    assert [code for code in Code if f"| `{code}` |" not in document] == []


def test_paths_are_relative_to_the_file(tmp_path):
    file = tmp_path / "issuer.toml"
    file.write_text(TEXT, "utf-8")
    settings = load_settings(file)
    assert settings.database == tmp_path / "data" / "issuer.db"
    assert settings.authorities[0].key == tmp_path / "credential.pem"
    assert settings.authorities[0].path == "/samr"


def test_an_unknown_setting_is_refused(tmp_path):
    file = tmp_path / "issuer.toml"
    file.write_text('databse = "x"\n' + TEXT, "utf-8")
    with pytest.raises(ValidationError, match="databse"):
        load_settings(file)


@pytest.mark.parametrize(
    "url", ["ws://a.example", "https://a.example/", "https://a.example/x?y=1", "https://a.example/局", "a.example"]
)
def test_an_issuer_url_that_credentials_cannot_carry_is_refused(url):
    with pytest.raises(ValidationError):
        Settings.model_validate({"authorities": [authority(url=url)]})


@pytest.mark.parametrize("name", ["number", "url", "credit_code"])
def test_authorities_differ_in_number_url_and_credit_code(name):
    other = authority(number=2, url="https://b.example/b", credit_code="11310115000YX00039")
    other[name] = authority()[name]
    with pytest.raises(ValidationError, match=f"the same {name}"):
        Settings.model_validate({"authorities": [authority(), other]})


def authority(**changes: object) -> dict[str, object]:
    one = {
        "number": 1,
        "name": "上海市示例局",
        "credit_code": "11310115000YX00012",
        "url": "https://a.example/a",
        "key": "credential.pem",
        "operator": "operator.json",
        "types": [1],
    }
    return {**one, **changes}


def test_every_status_of_the_service_is_documented():
    document = DOCUMENT.read_text(encoding="utf-8")
    assert [status for status in get_args(Status) if f"| `{status}` |" not in document] == []
