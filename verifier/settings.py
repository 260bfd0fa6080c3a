"""The window's settings: one frozen object, read once from a TOML file. Decides nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from verifier.errors import MalformedSettings
from verifier.reading import ReadingLimits
from verifier.sources import require_source


class Settings(BaseModel):
    """What an operator of a window can set. Relative paths are relative to the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        default="异地窗口 Window",
        min_length=1,
        max_length=100,
        description="What the window calls itself on its pages.",
    )
    region: int = Field(
        ge=110000,
        le=820000,
        multiple_of=10000,
        description="GB/T 2260 code of the province the window works for, such as 440000: whose agreements count here.",
    )
    network_file: Path = Field(description="The network file: the root of trust, handed over by the council.")
    sources: tuple[str, ...] = Field(
        default=(),
        description=(
            "Where newer facts come from, best first: http(s)://… is a node, mirror+http(s)://…/ a mirror of static "
            "files, file:///… a mirror's folder or a trust pack on this machine or a stick. Empty: the replica is "
            "left as it is, but for packs that are loaded."
        ),
    )
    replica: Path = Field(default=Path("replica.sqlite"), description="The window's own replica of the ledger.")
    store: Path = Field(
        default=Path("window.sqlite"),
        description="Checks made and live codes used. Windows that share it refuse codes that another accepted.",
    )
    max_facts_age_seconds: int | None = Field(
        default=None,
        ge=1,
        description="Facts older than this give no verdict. It can only shorten the certificate type's own limit.",
    )
    live_seconds: int = Field(
        default=60, ge=1, le=60, description="How long a live code may be shown after the wallet made it."
    )
    skew_seconds: int = Field(default=30, ge=0, le=30, description="How far the wallet's clock may be off.")
    claims_kept_seconds: int = Field(
        default=86400,
        ge=0,
        description="How long a check's claims can be read again, and the digest of what was no credential is kept.",
    )
    host: str = Field(
        default="127.0.0.1", description="Address to listen on. The page has no login: keep it inside the office."
    )
    port: int = Field(default=8640, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    follow_seconds: float = Field(default=5.0, ge=0.1, description="Pause between two looks for new blocks.")
    max_upload_bytes: int = Field(default=10 << 20, ge=1024, description="Largest file or text that is looked at.")
    max_pack_bytes: int = Field(default=64 << 20, ge=1024, description="Largest trust pack that can be loaded.")
    max_pixels: int = Field(default=40_000_000, ge=10_000, description="Largest picture, or rendered page, in pixels.")
    max_pdf_pages: int = Field(default=5, ge=1, description="Most pages of a PDF.")
    max_pdf_seconds: int = Field(default=10, ge=1, description="Most processor time spent on one PDF.")

    @field_validator("sources")
    @classmethod
    def _are_sources(cls, sources: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(require_source, sources))

    @property
    def limits(self) -> ReadingLimits:
        return ReadingLimits(self.max_upload_bytes, self.max_pixels, self.max_pdf_pages, self.max_pdf_seconds)

    def located(self, folder: Path) -> Self:
        """The same settings with relative paths taken from `folder`."""
        paths = {name: folder / getattr(self, name) for name in ("network_file", "replica", "store")}
        return self.model_copy(update=paths)


def load_settings(path: Path) -> Settings:
    """Reads a TOML file; raises MalformedSettings that names the setting and what was expected."""
    try:
        settings = Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as e:
        first = e.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise MalformedSettings(reason=f"{where}: {first['msg']}") from e
    except (OSError, ValueError, RecursionError) as e:  # not UTF-8, not TOML, or nested without end
        raise MalformedSettings(reason=str(e)) from e
    return settings.located(path.resolve().parent)
