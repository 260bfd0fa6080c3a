"""The commands of `yinxin ledger` that act on a network: setting up, council and regions, replica."""

from ledger.commands.account import account_group
from ledger.commands.agreement import agreement_group
from ledger.commands.authority import authority_group, key_group, operator_group
from ledger.commands.council import region_group, type_group
from ledger.commands.deploy import deploy_command
from ledger.commands.mirror import mirror_group
from ledger.commands.network import network_group
from ledger.commands.pack import pack_group
from ledger.commands.replica import replica_group
from ledger.commands.status import status_command

COMMANDS = (
    account_group,
    agreement_group,
    authority_group,
    deploy_command,
    key_group,
    operator_group,
    region_group,
    mirror_group,
    network_group,
    pack_group,
    replica_group,
    status_command,
    type_group,
)
