"""The council of provinces: a Safe of its members as the manager's admin, proposals and signatures as files."""

from ledger.council.chain import CouncilChain
from ledger.council.charter import Charter, find_council, read_charter
from ledger.council.council_file import CouncilFile, parse_council_file, read_council_file, serialise_council_file
from ledger.council.enacting import Progress, cancel, execute
from ledger.council.founding import Constitution, found_council
from ledger.council.history import Enacted, Operation, enacted
from ledger.council.proposal import Proposal, parse_proposal, read_proposal, serialise_proposal
from ledger.council.proposing import Deciding, propose
from ledger.council.signatures import (
    Gathered,
    LeftOut,
    Signature,
    gather,
    parse_signature,
    read_signature,
    read_signatures,
    serialise_signature,
    sign,
)

__all__ = [
    "Charter",
    "Constitution",
    "CouncilChain",
    "CouncilFile",
    "Deciding",
    "Enacted",
    "Gathered",
    "LeftOut",
    "Operation",
    "Progress",
    "Proposal",
    "Signature",
    "cancel",
    "enacted",
    "execute",
    "find_council",
    "found_council",
    "gather",
    "parse_council_file",
    "parse_proposal",
    "parse_signature",
    "propose",
    "read_charter",
    "read_council_file",
    "read_proposal",
    "read_signature",
    "read_signatures",
    "serialise_council_file",
    "serialise_proposal",
    "serialise_signature",
    "sign",
]
