"""Three of five decide on a real chain: at once, after the delay, or not; and what a stranger or a thief cannot do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger import Account, Call, RegistryReader, Rpc, TransactionReverted, load_catalogue
from ledger.abi import encode_call
from ledger.council import enacted, find_council, gather, read_charter, sign
from ledger.council.acts import make_act
from ledger.council.carrying import Intended, carry, operation_id
from ledger.council.chain import ask
from ledger.council.enacting import safe_call
from ledger.council.history import EXPIRATION_SECONDS
from ledger.council.proposal import Proposal
from ledger.errors import (
    NonceUsed,
    NotDue,
    NothingScheduled,
    NotItsTurn,
    OtherCouncil,
    TooFewSignatures,
    UnsoundCouncil,
)
from ledger.events import RegionAdmitted, WriterAdded
from tests.ledger.council.councils import DELAY, Council, founded

SOMEBODY = b"\xab" * 20
_next_region = iter(range(110000, 990000, 10000))


@pytest.fixture
def region() -> int:
    """A province that no test has admitted yet; the nation and the tests' own regions are left out."""
    return next(_next_region)


@pytest.fixture
def writer() -> bytes:
    """An address that no test has used yet."""
    return Account.create().address


def test_the_contract_computes_the_same_digest(council: Council, region: int) -> None:
    for acts in (council.deciding.admit_region(region, "某省", SOMEBODY), council.deciding.change_threshold(2)):
        made = council.propose(acts)
        signature = "getTransactionHash(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,uint256)"
        values = (made.to, 0, made.data, 0, 0, 0, 0, bytes(20), bytes(20), made.nonce)
        assert ask(council.rpc, council.file.safe, signature, "bytes32", *values) == (made.digest,)


def test_the_manager_computes_the_same_operation(council: Council) -> None:
    act = make_act(council.file, "journal", "addWriter(address)", SOMEBODY)
    asked = "hashOperation(address,address,bytes)"
    found = ask(council.rpc, council.file.manager, asked, "bytes32", council.file.safe, act.to, act.data)
    assert found == (operation_id(council.file, act),)


def test_three_of_five_admit_a_region_at_once(council: Council, region: int) -> None:
    progress = council.enact(council.deciding.admit_region(region, "某省", SOMEBODY))
    (receipt,) = progress.receipts
    (event,) = receipt.events
    assert isinstance(event, RegionAdmitted)
    assert (event.region, event.administrator) == (region, SOMEBODY)
    assert progress.enacted.operations == ()


def test_any_three_will_do(council: Council, region: int) -> None:
    made = council.propose(council.deciding.admit_region(region, "某省", SOMEBODY))
    council.execute(made, [sign(made, council.members[each]) for each in (4, 1, 3)])
    assert RegistryReader(council.node.url, council.network).region(region).name == "某省"


def test_two_are_refused_before_anything_is_sent(council: Council, region: int) -> None:
    made = council.propose(council.deciding.admit_region(region, "某省", SOMEBODY))
    nonce = council.chain.nonce()
    with pytest.raises(TooFewSignatures, match="2 of 3"):
        council.execute(made, council.signed(made, 2))
    with pytest.raises(TooFewSignatures, match=r"2 of 3 .* left out .* not a member"):
        council.execute(made, [*council.signed(made, 2), sign(made, council.deployer)])
    assert council.chain.nonce() == nonce


def test_a_strangers_signature_among_enough_good_ones_is_left_out(council: Council, region: int) -> None:
    made = council.propose(council.deciding.admit_region(region, "某省", SOMEBODY))
    progress = council.execute(made, [sign(made, council.deployer), *council.signed(made)])
    assert progress.enacted.succeeded
    assert [each.reason for each in progress.left_out] == [
        f"{council.deployer.hex_address} is not a member of the council"
    ]


def test_the_safe_itself_refuses_what_the_program_would_not_send(council: Council, region: int) -> None:
    """A thief uses another program: two signatures, a stranger's, twice the same, another nonce."""
    made = council.propose(council.deciding.admit_region(region, "某省", SOMEBODY))
    stranger, later = Account.create(), replace(made, nonce=made.nonce + 1)
    members = [each.address for each in (*council.members, stranger)]
    signed = council.signed(made)
    gathered = [
        gather(made, signed[:2], members, 2).octets,
        gather(made, [*signed[:2], sign(made, stranger)], members, 3).octets,
        signed[0].signature * 3,
        b"".join(sorted(each.signature for each in council.signed(later))),
    ]
    with council.acting(council.sender) as administration:
        for octets in gathered:
            with pytest.raises(TransactionReverted, match="GS02"):
                administration.send(safe_call(made, octets))


def test_a_proposal_is_executed_once(council: Council, region: int) -> None:
    made = council.propose(council.deciding.admit_region(region, "某省", SOMEBODY))
    signed = council.signed(made)
    council.execute(made, signed)
    with pytest.raises(NothingScheduled, match="done at once"):
        council.execute(made, signed)
    gathered = gather(made, signed, [each.address for each in council.members], 3)
    with council.acting(council.sender) as administration, pytest.raises(TransactionReverted, match="GS026"):
        administration.send(safe_call(made, gathered.octets))


def test_nonces_go_in_order(council: Council, region: int) -> None:
    acts = council.deciding.admit_region(region, "某省", SOMEBODY)
    first, second = council.propose(acts), council.propose(acts, council.chain.nonce() + 1)
    rival = council.propose(council.deciding.admit_region(next(_next_region), "另省", SOMEBODY))
    with pytest.raises(NotItsTurn, match=f"number {first.nonce} comes first"):
        council.execute(second, council.signed(second))
    council.execute(rival, council.signed(rival))
    with pytest.raises(NonceUsed, match=f"anew with number {second.nonce}"):
        council.execute(first, council.signed(first))
    council.execute(second, council.signed(second))
    with pytest.raises(NonceUsed, match=f"number {first.nonce} is used already"):
        council.propose(council.deciding.change_threshold(2), first.nonce)


def test_another_safes_and_another_chains_signatures_count_nothing(council: Council, region: int) -> None:
    """The same members, the same act, the same nonce: still another digest."""
    made = council.propose(council.deciding.admit_region(region, "某省", SOMEBODY))
    for other in (replace(made, chain_id=made.chain_id + 1), replace(made, safe=b"\x09" * 20)):
        with pytest.raises(TooFewSignatures, match=r"0 of 3 .* another proposal"):
            council.execute(made, council.signed(other))
        with pytest.raises(OtherCouncil):
            council.execute(other, council.signed(other))


def test_a_proposal_of_another_council_on_the_same_chain_is_refused(council: Council, own_council: Council) -> None:
    made = own_council.propose(own_council.deciding.change_threshold(2))
    with pytest.raises(OtherCouncil, match="Safe"):
        council.execute(made, council.signed(made))


def test_a_node_of_another_chain_is_refused(council: Council) -> None:
    with Rpc(council.node.url) as rpc:
        chain: Any = type(council.chain)(rpc, replace(council.file, chain_id=1))
        with pytest.raises(OtherCouncil, match="the node serves chain"):
            chain.require_this_chain()


def test_what_the_contract_refuses_is_not_signed(council: Council, region: int) -> None:
    council.enact(council.deciding.admit_region(region, "某省", SOMEBODY))
    with pytest.raises(TransactionReverted, match=f"RegionAlreadyAdmitted\\(region={region}\\)"):
        council.propose(council.deciding.admit_region(region, "某省", SOMEBODY))


# Delays


def test_a_rule_waits_for_its_delay(council: Council, writer: bytes) -> None:
    made = council.propose(council.deciding.add_writer(writer))
    (operation,) = council.execute(made, council.signed(made)).enacted.operations
    assert operation.due == council.now + DELAY
    council.wait(DELAY - 1)
    with pytest.raises(NotDue, match="in 1 second,") as refused:
        council.execute(made)
    assert refused.value.due == operation.due
    council.wait(1)
    progress = council.execute(made)
    ((event,),) = [receipt.events for receipt in progress.receipts]
    assert isinstance(event, WriterAdded)
    assert event.writer == writer
    assert [each.standing(council.now) for each in progress.enacted.operations] == ["executed"]
    with pytest.raises(NothingScheduled, match="executed"):
        council.execute(made)


def test_the_chain_enforces_the_delay_whatever_a_program_says(council: Council, writer: bytes) -> None:
    act = make_act(council.file, "journal", "addWriter(address)", writer)
    made = council.propose([act])
    due = _due_act(council, act.to, act.data)
    with council.acting(council.sender) as administration:
        with pytest.raises(TransactionReverted, match="NotScheduled"):
            administration.send_all([due])
        council.execute(made, council.signed(made))
        council.wait(DELAY - 2)
        with pytest.raises(TransactionReverted, match="AccessManagerNotReady"):
            administration.send_all([due])
        council.wait(1)
        administration.send_all([due])
        with pytest.raises(TransactionReverted, match="NotScheduled"):
            administration.send_all([due])


def test_three_signatures_cannot_skip_the_delay(council: Council, writer: bytes) -> None:
    """The same act carried as `execute`, which the manager allows to nobody with a delay."""
    act = make_act(council.file, "journal", "addWriter(address)", writer)
    to, data = carry(council.file, [Intended(act, delayed=False)])
    made = Proposal(council.file.chain_id, council.file.safe, council.chain.nonce(), to, data)
    with pytest.raises(TransactionReverted, match="AccessManagerNotScheduled"):
        council.execute(made, council.signed(made))


def test_due_acts_do_nothing_that_was_not_scheduled(council: Council) -> None:
    """Whoever calls the module: neither what needs no delay, nor the Safe's own functions, nor setting up again."""
    admit = make_act(council.file, "trust", "admitRegion(uint32,string,address)", 990000, "某省", SOMEBODY)
    threshold = make_act(council.file, "safe", "changeThreshold(uint256)", 1)
    with council.acting(council.sender) as administration:
        for act in (admit, threshold):
            with pytest.raises(TransactionReverted, match="NotScheduled"):
                administration.send_all([_due_act(council, act.to, act.data)])
        with pytest.raises(TransactionReverted):
            administration.send_all([Call(council.file.due_acts, encode_call("enable()"), 200_000, "enable")])
    assert read_charter(council.rpc, council.file).threshold == 3


def test_several_types_are_signed_once(own_council: Council) -> None:
    types = list(load_catalogue().types.values())
    progress = own_council.enact(own_council.deciding.register_types(types))
    assert len(progress.receipts) == len(types) == 3
    reader = RegistryReader(own_council.node.url, own_council.network)
    for each in types:
        assert reader.metadata_digest(each.number, each.version) == each.digest


def test_one_failing_act_does_not_stop_the_others(council: Council, writer: bytes) -> None:
    """Scheduling does not try an act: one that fails is told, the others are done and stay done."""
    writers = [make_act(council.file, "journal", "addWriter(address)", Account.create().address) for _ in "12"]
    broken = make_act(council.file, "journal", "retireWriter(address)", writer)
    made = council.propose([broken, *writers])
    council.execute(made, council.signed(made))
    council.wait(DELAY)
    with pytest.raises(TransactionReverted, match="NotAWriter"):
        council.execute(made)
    found = enacted(council.rpc, council.file)[-1]
    assert [each.standing(council.now) for each in found.operations] == ["due", "executed", "executed"]


def test_the_first_and_last_second_of_being_due(council: Council, writer: bytes) -> None:
    act = make_act(council.file, "journal", "addWriter(address)", writer)
    made = council.propose([act])
    (operation,) = council.execute(made, council.signed(made)).enacted.operations
    last = operation.due + EXPIRATION_SECONDS - 1
    standings = [operation.standing(each) for each in (operation.due - 1, operation.due, last, last + 1)]
    assert standings == ["waiting", "due", "due", "expired"]
    council.wait(last - 1 - council.now)
    progress = council.execute(made)
    assert progress.enacted.operations[0].ended == "executed"


def test_what_expired_has_to_be_proposed_anew(council: Council, writer: bytes) -> None:
    made = council.propose(council.deciding.add_writer(writer))
    (operation,) = council.execute(made, council.signed(made)).enacted.operations
    council.wait(operation.due + EXPIRATION_SECONDS - 1 - council.now)
    act = operation.act
    assert act is not None
    with council.acting(council.sender) as administration, pytest.raises(TransactionReverted, match="NotScheduled"):
        administration.send_all([_due_act(council, act.to, act.data)])
    with pytest.raises(NothingScheduled, match=r"expired; .* proposed and signed again"):
        council.execute(made)
    again = council.enact(council.deciding.add_writer(writer))
    assert [each.number for each in again.enacted.operations] == [2]


# Guardians


def test_any_one_member_cancels_in_the_delay(council: Council) -> None:
    made = council.propose(council.deciding.change_delay(60))
    council.execute(made, council.signed(made))
    progress = council.cancel(made, council.members[4])
    assert [each.standing(council.now) for each in progress.enacted.operations] == ["cancelled"] * 2
    with pytest.raises(NothingScheduled, match="cancelled"):
        council.cancel(made, council.members[4])
    council.wait(DELAY)
    with pytest.raises(NothingScheduled, match=r"cancelled; .* proposed and signed again"):
        council.execute(made)


def test_nobody_else_cancels(council: Council, writer: bytes) -> None:
    made = council.propose(council.deciding.add_writer(writer))
    council.execute(made, council.signed(made))
    for account in (council.sender, council.deployer):
        with pytest.raises(TransactionReverted, match="AccessManagerUnauthorizedCancel"):
            council.cancel(made, account)


def test_what_was_never_executed_cannot_be_cancelled(council: Council, writer: bytes) -> None:
    made = council.propose(council.deciding.add_writer(writer))
    with pytest.raises(NothingScheduled, match="has not executed"):
        council.cancel(made, council.members[0])


@pytest.mark.parametrize(
    ("signature", "values"),
    [
        ("grantRole(uint64,address,uint32)", (0, SOMEBODY, 0)),
        ("labelRole(uint64,string)", (9, "x")),
        ("setRoleAdmin(uint64,uint64)", (1, 2)),
        ("setRoleGuardian(uint64,uint64)", (2, 9)),
        ("setGrantDelay(uint64,uint32)", (0, 60)),
        ("setTargetAdminDelay(address,uint32)", (SOMEBODY, 60)),
        ("setTargetClosed(address,bool)", (SOMEBODY, True)),
        ("setTargetFunctionRole(address,bytes4[],uint64)", (SOMEBODY, [b"\x01\x02\x03\x04"], 2)),
        ("updateAuthority(address,address)", (SOMEBODY, SOMEBODY)),
    ],
)
def test_a_guardian_stops_every_change_of_powers(council: Council, signature: str, values: tuple[object, ...]) -> None:
    made = council.propose([make_act(council.file, "manager", signature, *values)])
    council.execute(made, council.signed(made))
    progress = council.cancel(made, council.members[3])
    assert progress.enacted.operations[0].ended == "cancelled"


def test_a_guardian_cannot_stop_its_own_removal(own_council: Council) -> None:
    stubborn = own_council.members[4]
    made = own_council.propose(own_council.deciding.remove_guardian(stubborn.address))
    own_council.execute(made, own_council.signed(made))
    with pytest.raises(TransactionReverted, match="AccessManagerUnauthorizedCancel"):
        own_council.cancel(made, stubborn)
    own_council.wait(DELAY)
    own_council.execute(made)
    assert stubborn.address not in read_charter(own_council.rpc, own_council.file).guardians


# The council itself


def test_a_member_is_replaced(own_council: Council, region: int) -> None:
    old, new = own_council.members[0], Account.create()
    own_council.enact(own_council.deciding.replace_member(old.address, new.address))
    made = own_council.propose(own_council.deciding.admit_region(region, "某省", SOMEBODY))
    with pytest.raises(TooFewSignatures, match=r"2 of 3 .* not a member"):
        own_council.execute(made, own_council.signed(made))
    own_council.execute(made, [sign(made, each) for each in (new, *own_council.members[1:3])])


def test_members_and_threshold_change(own_council: Council) -> None:
    new, deciding = Account.create(), own_council.deciding
    own_council.enact(deciding.add_member(new.address))
    own_council.enact(deciding.remove_member(own_council.members[4].address, 2))
    own_council.enact(deciding.change_threshold(3))
    own_council.enact(deciding.add_guardian(new.address))
    charter = read_charter(own_council.rpc, own_council.file)
    assert set(charter.members) == {each.address for each in (*own_council.members[:4], new)}
    assert charter.threshold == 3
    assert new.address in charter.guardians
    assert find_council(own_council.rpc, own_council.network)[0] == own_council.file


def test_each_member_can_be_removed(council: Council) -> None:
    """The Safe's list is linked: each place of it names another one before."""
    for member in council.charter.members:
        council.propose(council.deciding.remove_member(member, 1))


def test_who_is_no_member_is_not_replaced(council: Council) -> None:
    with pytest.raises(OtherCouncil, match="not a member"):
        council.deciding.remove_member(SOMEBODY)
    with pytest.raises(OtherCouncil, match="is one already"):
        council.deciding.replace_member(council.members[0].address, council.members[1].address)


def test_an_impossible_threshold_is_refused(council: Council) -> None:
    with pytest.raises(TransactionReverted, match="GS201"):
        council.propose(council.deciding.change_threshold(6))


def test_a_longer_delay_holds_at_once_and_a_shorter_after_the_difference(own_council: Council) -> None:
    own_council.enact(own_council.deciding.change_delay(2 * DELAY))
    assert read_charter(own_council.rpc, own_council.file).delay_seconds == 2 * DELAY
    own_council.enact(own_council.deciding.change_delay(60))
    assert read_charter(own_council.rpc, own_council.file).delay_seconds == 2 * DELAY
    own_council.wait(2 * DELAY - 60)
    with own_council.acting(own_council.sender) as administration:  # getters know the time by the newest block
        administration.send_all([Call(SOMEBODY, b"", 30_000, "a block")])
    assert read_charter(own_council.rpc, own_council.file).delay_seconds == 60


def test_an_admin_beside_the_council_is_found(own_council: Council) -> None:
    """Three may decide it, in the open and after the delay; from then on every look says so."""
    act = make_act(own_council.file, "manager", "grantRole(uint64,address,uint32)", 0, SOMEBODY, 0)
    own_council.enact([act])
    with pytest.raises(UnsoundCouncil, match="0x" + "ab" * 20):
        read_charter(own_council.rpc, own_council.file)


# What has been done


def test_the_history_tells_everything_in_order(own_council: Council, region: int) -> None:
    deciding = own_council.deciding
    own_council.enact(deciding.admit_region(region, "某省", SOMEBODY))
    own_council.enact(deciding.add_writer(SOMEBODY))
    own_council.enact(deciding.change_threshold(4))
    history = enacted(own_council.rpc, own_council.file)
    assert [each.nonce for each in history] == [0, 1, 2]
    assert [each.succeeded for each in history] == [True] * 3
    assert [len(each.operations) for each in history] == [0, 1, 0]
    said = [act.words for each in history for act in each.intended or ()]
    assert [said[0][:7], said[1][:15], said[2][:9]] == ["at once", "after the delay", "at once: "]


def test_what_another_program_did_with_the_safe_is_told_as_unknown(own_council: Council) -> None:
    """Three may also make the Safe call something else; this program neither makes nor hides it."""
    made = Proposal(own_council.file.chain_id, own_council.file.safe, own_council.chain.nonce(), SOMEBODY, b"\x01")
    own_council.execute(made, own_council.signed(made))
    (found,) = enacted(own_council.rpc, own_council.file)
    assert found.intended is None


def test_a_council_of_one_decides_alone(own_council: Council, region: int) -> None:
    own_council.enact(own_council.deciding.change_threshold(1))
    made = own_council.propose(own_council.deciding.admit_region(region, "某省", SOMEBODY))
    own_council.execute(made, own_council.signed(made, 1))


def test_two_councils_on_one_chain_do_not_see_each_other(own_council: Council, region: int) -> None:
    own_council.enact(own_council.deciding.admit_region(region, "某省", SOMEBODY))
    with founded(own_council.node) as other:
        assert enacted(other.rpc, other.file) == ()


def _due_act(council: Council, to: bytes, data: bytes) -> Call:
    return Call(council.file.due_acts, encode_call("execute(address,bytes)", to, data), 500_000, "a due act")
