"""Trust packs (离线窗口包): a network's proven history in one file, which nobody believes unchecked."""

from ledger.pack.checking import check_pack as check_pack
from ledger.pack.checking import prove_pack as prove_pack
from ledger.pack.checking import prove_packs as prove_packs
from ledger.pack.container import Mark as Mark
from ledger.pack.container import OnProgress as OnProgress
from ledger.pack.container import Pack as Pack
from ledger.pack.container import Span as Span
from ledger.pack.container import unheard as unheard
from ledger.pack.exporting import Draft as Draft
from ledger.pack.exporting import Exporting as Exporting
from ledger.pack.exporting import export_pack as export_pack
from ledger.pack.exporting import exporting as exporting
from ledger.pack.history import mark_of as mark_of
from ledger.pack.history import metadata_of as metadata_of
from ledger.pack.history import new_logs as new_logs
from ledger.pack.history import require_chain as require_chain
from ledger.pack.loading import Loaded as Loaded
from ledger.pack.loading import load_pack as load_pack
from ledger.pack.loading import open_pack as open_pack
from ledger.pack.sections import MAX_PACK_OCTETS as MAX_PACK_OCTETS
