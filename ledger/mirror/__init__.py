"""Mirrors: the proven history as static files, so that any web server, CDN or stick can carry it."""

from ledger.mirror.folder import KEEP_SECONDS as KEEP_SECONDS
from ledger.mirror.folder import MirrorFolder as MirrorFolder
from ledger.mirror.folder import Round as Round
from ledger.mirror.source import MirrorSource as MirrorSource
