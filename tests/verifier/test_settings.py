"""Settings: one file, every field documented, what is wrong named."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.errors import MalformedSettings
from verifier.settings import Settings, load_settings

GOOD = 'region = 440000\nnetwork_file = "network.json"\nsources = ["http://127.0.0.1:8545"]\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "window.toml"
    path.write_text(text, "utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD))
    assert settings.region == 440000
    assert settings.network_file == tmp_path / "network.json"
    assert settings.store == tmp_path / "window.sqlite"


def test_every_field_is_documented() -> None:
    document = (Path(__file__).parents[2] / "docs/verifier.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"`{name}`" in document, f"docs/verifier.md does not name {name}"


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD))
    with pytest.raises(ValueError, match="frozen"):
        settings.region = 110000  # type: ignore[misc]


@pytest.mark.parametrize(
    ("extra", "named"),
    [
        ("live_seconds = 61", "live_seconds"),
        ("max_facts_age_seconds = 0", "max_facts_age_seconds"),
        ("colour = 1", "colour"),
        ("port = 'x'", "port"),
        ("= 3", "line 4"),
        ("a = " + "[" * 100_000, "recursion"),
        ("a = " + "1" * 5_000, "digits"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, extra: str, named: str) -> None:
    with pytest.raises(MalformedSettings, match=named):
        load_settings(written(tmp_path, GOOD + extra))


def test_a_region_is_a_province(tmp_path: Path) -> None:
    with pytest.raises(MalformedSettings, match="region"):
        load_settings(written(tmp_path, GOOD.replace("440000", "440100")))


def test_a_missing_file_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(MalformedSettings):
        load_settings(tmp_path / "none.toml")
