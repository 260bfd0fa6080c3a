"""The commands of `yinxin council`, in the order in which a council meets them."""

from ledger.council.commands.enacting import cancel_command, execute_command
from ledger.council.commands.founding import find_command, found_command
from ledger.council.commands.looking import list_command, status_command
from ledger.council.commands.proposing import propose_group
from ledger.council.commands.signing import show_command, sign_command

COMMANDS = (
    found_command,
    find_command,
    status_command,
    propose_group,
    show_command,
    sign_command,
    execute_command,
    list_command,
    cancel_command,
)
