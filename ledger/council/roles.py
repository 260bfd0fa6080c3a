"""The council's roles in the AccessManager: which functions each may call, at once or delayed, and who may cancel."""

from __future__ import annotations

from collections.abc import Mapping

ADMIN = 0
"""The Safe, with delay: what changes the manager itself."""
ADMITTING = 1
"""The Safe, without delay: what adds somebody and changes nothing for others."""
RULES = 2
"""The Safe, with delay: what changes rules for everybody."""
GUARDIAN = 3
"""Each member: may cancel what is scheduled, as long as its delay runs."""

LABELS: Mapping[int, str] = {ADMITTING: "admitting", RULES: "rules", GUARDIAN: "guardian"}

MANAGER_RULES = (
    "labelRole(uint64,string)",
    "setRoleAdmin(uint64,uint64)",
    "setRoleGuardian(uint64,uint64)",
    "setGrantDelay(uint64,uint32)",
    "setTargetAdminDelay(address,uint32)",
    "setTargetClosed(address,bool)",
    "setTargetFunctionRole(address,bytes4[],uint64)",
    "updateAuthority(address,address)",
    "grantRole(uint64,address,uint32)",
)
"""The manager's own functions are ADMIN's whatever is set; the role set for them says whose guardians may cancel.

`revokeRole` is left out: a guardian that stops everything can be removed, and cannot stop that.
"""

FUNCTIONS: Mapping[str, Mapping[str, int]] = {
    "trust": {
        "admitRegion(uint32,string,address)": ADMITTING,
        "registerType(uint32,string,uint16,bytes32)": RULES,
        "changeRegionAdministrator(uint32,address)": RULES,
    },
    "journal": {"addWriter(address)": RULES, "retireWriter(address)": RULES},
    "manager": dict.fromkeys(MANAGER_RULES, RULES),
}
"""The role of each guarded function, by contract."""
