"""The certificate types and deflate dictionaries that one installation knows; the ledger package reads their files.

Both are immutable once published and kept for ever, because paper lives for decades.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from credential.certificate_type import CertificateType


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`types` by (number, version), `dictionaries` by number."""

    types: Mapping[tuple[int, int], CertificateType]
    dictionaries: Mapping[int, bytes] = field(repr=False)

    def by_code(self, code: str, version: int) -> CertificateType | None:
        """The type of a GB/T 36904 TYPE code, as `vct` names it."""
        for certificate_type in self.types.values():
            if (certificate_type.code, certificate_type.version) == (code, version):
                return certificate_type
        return None
