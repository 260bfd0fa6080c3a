"""Block headers: their fields, hashes, and who sealed them. Whether those may be trusted is the light client's."""

from ledger.headers.clique import CliqueHeader as CliqueHeader
from ledger.headers.layout import BlockHeader as BlockHeader
from ledger.headers.layout import Fields as Fields
from ledger.headers.layout import MalformedHeader as MalformedHeader
from ledger.headers.qbft import MAX_EXTRA_DATA as MAX_EXTRA_DATA
from ledger.headers.qbft import MIX_HASH as MIX_HASH
from ledger.headers.qbft import Extra as Extra
from ledger.headers.qbft import Header as Header
from ledger.headers.qbft import block_hash as block_hash
from ledger.headers.qbft import header_from_json as header_from_json
from ledger.headers.qbft import parse_extra as parse_extra
from ledger.headers.qbft import seal as seal
from ledger.headers.qbft import seal_digest as seal_digest
from ledger.headers.qbft import seals as seals
from ledger.headers.qbft import signers as signers
