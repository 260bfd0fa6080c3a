"""The light client: whether headers hold, from a trusted block on. Pure: what it is given is all that it knows."""

from ledger.light_client.answers import clique_header_of_block as clique_header_of_block
from ledger.light_client.answers import header_of_block as header_of_block
from ledger.light_client.answers import header_of_octets as header_of_octets
from ledger.light_client.clique import SETTLING_ROUNDS as SETTLING_ROUNDS
from ledger.light_client.clique import Settled as Settled
from ledger.light_client.clique import depth as depth
from ledger.light_client.clique import round_length as round_length
from ledger.light_client.clique import settle as settle
from ledger.light_client.clique import settling_depth as settling_depth
from ledger.light_client.path import MAX_FETCHED as MAX_FETCHED
from ledger.light_client.path import reach as reach
from ledger.light_client.qbft import check_header as check_header
from ledger.light_client.qbft import is_contradiction as is_contradiction
from ledger.light_client.qbft import needed_of_trusted as needed_of_trusted
from ledger.light_client.qbft import quorum as quorum
from ledger.light_client.trusted import TRUSTING_DAYS as TRUSTING_DAYS
from ledger.light_client.trusted import SealedHeader as SealedHeader
from ledger.light_client.trusted import Trusted as Trusted
from ledger.light_client.trusted import may_be_trusted as may_be_trusted
from ledger.light_client.trusted import require_recent as require_recent
