"""What an act does in words: read from its octets alone, and refused wherever something would stay unsaid."""

from __future__ import annotations

import pytest

from ledger.abi import encode_call, selector
from ledger.artifacts import artifact
from ledger.council import CouncilFile
from ledger.council.acts import GRANT, WORDS, make_act, read_act
from ledger.council.carrying import MAX_ACTS, Intended, carry, read_carried
from ledger.council.words import duration
from ledger.errors import UnknownAct

SOMEBODY = b"\xab" * 20
HEX = "0x" + "ab" * 20
ACTS = [
    (
        "trust",
        "admitRegion(uint32,string,address)",
        (310000, "上海市", SOMEBODY),
        f"“上海市”; its administrator is {HEX}",
    ),
    ("trust", "admitRegion(uint32,string,address)", (100000, "中国", SOMEBODY), "THE NATION"),
    ("trust", "registerType(uint32,string,uint16,bytes32)", (7, "1110X", 2, b"\xcd" * 32), "0x" + "cd" * 32),
    ("trust", "changeRegionAdministrator(uint32,address)", (310000, SOMEBODY), f"make {HEX} the administrator of"),
    ("journal", "addWriter(address)", (SOMEBODY,), f"let contract {HEX} write into the journal"),
    ("journal", "retireWriter(address)", (SOMEBODY,), "no more"),
    ("manager", "grantRole(uint64,address,uint32)", (2, SOMEBODY, 90_061), "1 day 1 hour 1 minute 1 second"),
    ("manager", "grantRole(uint64,address,uint32)", (3, SOMEBODY, 0), "may then cancel"),
    ("manager", "revokeRole(uint64,address)", (3, SOMEBODY), f"take role 3 (guardian) from {HEX}"),
    ("manager", "labelRole(uint64,string)", (9, "观察员"), "call role 9 “观察员”"),
    ("manager", "setRoleAdmin(uint64,uint64)", (1, 2), "let role 2 (rules) give and take role 1 (admitting)"),
    ("manager", "setRoleGuardian(uint64,uint64)", (2, 9), "let role 9 (unnamed) cancel what role 2 (rules)"),
    ("manager", "setGrantDelay(uint64,uint32)", (0, 86_400), "let role 0 (admin) begin 1 day after it is given"),
    ("manager", "setTargetAdminDelay(address,uint32)", (SOMEBODY, 60), f"who may call {HEX} wait 1 minute"),
    ("manager", "setTargetClosed(address,bool)", (SOMEBODY, True), "close"),
    ("manager", "setTargetClosed(address,bool)", (SOMEBODY, False), f"open {HEX} again"),
    ("manager", "setTargetFunctionRole(address,bytes4[],uint64)", (SOMEBODY, [b"\x01\x02\x03\x04"], 2), "0x01020304"),
    ("manager", "updateAuthority(address,address)", (SOMEBODY, SOMEBODY), "THIS COUNCIL LOSES IT"),
    ("safe", "addOwnerWithThreshold(address,uint256)", (SOMEBODY, 4), "4 signatures are needed"),
    ("safe", "removeOwner(address,address,uint256)", (b"\x01" * 20, SOMEBODY, 2), f"remove {HEX}"),
    (
        "safe",
        "swapOwner(address,address,address)",
        (b"\x01" * 20, SOMEBODY, b"\x02" * 20),
        f"{HEX} of the council by 0x02",
    ),
    ("safe", "changeThreshold(uint256)", (4,), "need 4 signatures"),
]


@pytest.mark.parametrize(("place", "signature", "values", "said"), ACTS)
def test_an_act_is_said_in_words(
    papers: CouncilFile, place: str, signature: str, values: tuple[object, ...], said: str
) -> None:
    act = make_act(papers, place, signature, *values)
    assert said in act.words
    assert read_act(papers, act.to, act.data) == act


def test_every_known_function_is_said_and_is_the_contracts(papers: CouncilFile) -> None:
    assert {(place, signature) for place, functions in WORDS.items() for signature in functions} == {
        (place, signature) for place, signature, _, _ in ACTS
    }
    abis = {"trust": "TrustRegistry", "journal": "Journal", "manager": "AccessManager", "safe": "SafeL2"}
    for place, functions in WORDS.items():
        assert set(functions) <= set(artifact(abis[place]).signatures("function"))


@pytest.mark.parametrize(
    ("role", "delay", "said"),
    [
        (0, 20, "changes of rules wait 20 seconds (delays, roles and guardians)"),
        (2, 20, "changes of rules wait 20 seconds (types, administrators and who writes the journal)"),
        (2, 0, "changes of rules DO NOT WAIT (types, administrators and who writes the journal)"),
    ],
)
def test_the_councils_own_delays_are_said_as_delays(papers: CouncilFile, role: int, delay: int, said: str) -> None:
    act = make_act(papers, "manager", GRANT, role, papers.safe, delay)
    assert act.words == said
    other = make_act(papers, "manager", GRANT, role, SOMEBODY, delay)
    assert other.words.startswith(f"give role {role} (")


def test_another_role_of_the_safe_is_said_as_a_role(papers: CouncilFile) -> None:
    assert make_act(papers, "manager", GRANT, 1, papers.safe, 20).words.startswith("give role 1 (admitting)")


@pytest.mark.parametrize("name", ["上海\u202e市", "上海\n市", "a\x00", "”, without delay: nothing “", "\x1b[2J"])
def test_a_text_that_would_deceive_the_reader_is_refused(papers: CouncilFile, name: str) -> None:
    with pytest.raises(UnknownAct, match="do not show"):
        make_act(papers, "trust", "admitRegion(uint32,string,address)", 310000, name, SOMEBODY)


@pytest.mark.parametrize(
    "signature",
    ["enableModule(address)", "setGuard(address)", "setFallbackHandler(address)", "disableModule(address,address)"],
)
def test_the_safes_trapdoors_cannot_be_proposed(papers: CouncilFile, signature: str) -> None:
    values = [SOMEBODY] * (2 if "," in signature else 1)
    with pytest.raises(UnknownAct, match="does not know"):
        read_carried(papers, papers.safe, encode_call(signature, *values))


def test_hidden_octets_are_refused(papers: CouncilFile) -> None:
    act = make_act(papers, "journal", "addWriter(address)", SOMEBODY)
    for data in (act.data + b"\x00", act.data[:-1], act.data[:4] + b"\x01" + act.data[5:], act.data[:3], b""):
        with pytest.raises(UnknownAct):
            read_act(papers, act.to, data)


def test_another_contract_is_refused(papers: CouncilFile) -> None:
    act = make_act(papers, "journal", "addWriter(address)", SOMEBODY)
    with pytest.raises(UnknownAct, match="none of this council's contracts"):
        read_act(papers, SOMEBODY, act.data)
    with pytest.raises(UnknownAct, match="past the manager"):
        read_carried(papers, papers.journal, act.data)


@pytest.mark.parametrize("delayed", [True, False])
@pytest.mark.parametrize("count", [1, 2, MAX_ACTS])
def test_acts_are_carried_and_read_again(papers: CouncilFile, delayed: bool, count: int) -> None:
    intended = tuple(
        Intended(make_act(papers, "journal", "addWriter(address)", bytes([number]) * 20), delayed)
        for number in range(count)
    )
    assert read_carried(papers, *carry(papers, intended)) == intended


def test_the_safes_own_acts_go_alone(papers: CouncilFile) -> None:
    own = Intended(make_act(papers, "safe", "changeThreshold(uint256)", 2), delayed=False)
    other = Intended(make_act(papers, "journal", "addWriter(address)", SOMEBODY), delayed=True)
    assert read_carried(papers, *carry(papers, [own])) == (own,)
    with pytest.raises(ValueError, match="alone"):
        carry(papers, [own, other])
    with pytest.raises(ValueError, match="1 to 20"):
        carry(papers, [])
    with pytest.raises(ValueError, match="1 to 20"):
        carry(papers, [other] * (MAX_ACTS + 1))


def test_calls_that_this_program_never_makes_are_refused(papers: CouncilFile) -> None:
    act = make_act(papers, "journal", "addWriter(address)", SOMEBODY)
    own = make_act(papers, "safe", "changeThreshold(uint256)", 1)
    schedule = encode_call("schedule(address,bytes,uint48)", act.to, act.data, 0)
    calls = {
        "a time of its own": encode_call("schedule(address,bytes,uint48)", act.to, act.data, 2_000_000_000),
        "through the manager": encode_call("execute(address,bytes)", own.to, own.data),
        "neither schedules nor executes": encode_call("cancel(address,address,bytes)", papers.safe, act.to, act.data),
        "0 acts": encode_call("multicall(bytes[])", []),
        "21 acts": encode_call("multicall(bytes[])", [schedule] * 21),
        "neither": encode_call("multicall(bytes[])", [encode_call("multicall(bytes[])", [schedule])]),
    }
    for reason, data in calls.items():
        with pytest.raises(UnknownAct, match=reason):
            read_carried(papers, papers.manager, data)


def test_every_octet_of_a_proposals_data_matters(papers: CouncilFile) -> None:
    """Changing any octet changes what is said, or is refused: nothing in a proposal is silent."""
    admit = make_act(papers, "trust", "admitRegion(uint32,string,address)", 310000, "上海市", SOMEBODY)
    to, data = carry(papers, [Intended(admit, delayed=False), Intended(admit, delayed=True)])
    said = [each.words for each in read_carried(papers, to, data)]
    for place in range(len(data)):
        for bit in (1, 0x80):
            changed = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
            try:
                found = read_carried(papers, to, changed)
            except UnknownAct:
                continue
            assert [each.words for each in found] != said, place


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (60, "1 minute"),
        (86_399, "23 hours 59 minutes 59 seconds"),
        (172_800, "2 days"),
    ],
)
def test_durations_are_exact(seconds: int, said: str) -> None:
    assert duration(seconds) == said


def test_selectors_of_one_contract_are_distinct() -> None:
    for functions in WORDS.values():
        assert len({selector(signature) for signature in functions}) == len(functions)
