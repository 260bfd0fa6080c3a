// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {StatusTable} from "../src/StatusTable.sol";
import {ICredentialRegistry} from "../src/interfaces/ICredentialRegistry.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract CredentialRegistryStatusTest is World {
    uint32 private constant TOTAL = 130;
    uint64 private constant POSITION = 70;

    uint8 private constant VALID = 0x0;
    uint8 private constant INVALID = 0x1;
    uint8 private constant SUSPENDED = 0x2;
    uint8 private constant LAPSED = 0x3;
    uint8 private constant TRANSFERRED_OUT = 0xC;
    uint8 private constant FROZEN = 0xD;
    uint8 private constant SUPERSEDED = 0xE;

    function setUp() public override {
        super.setUp();
        anchor(0, TOTAL);
    }

    function set(uint8 from, uint8 to, uint8 reason) private {
        setAt(POSITION, from, to, reason);
    }

    function setAt(uint64 position, uint8 from, uint8 to, uint8 reason) private {
        setAs(OPERATOR, position, from, to, reason, START, to == SUPERSEDED ? (position + 1) % TOTAL : 0);
    }

    function setAs(
        address actor,
        uint64 position,
        uint8 from,
        uint8 to,
        uint8 reason,
        uint64 effective,
        uint64 successor
    ) private {
        vm.prank(actor);
        credentials.setStatus(bureau, position, from, to, reason, effective, successor);
    }

    /// @dev Takes the position from valid to `state`, every state in one act.
    function lead(uint8 state) private {
        if (state == INVALID) set(VALID, INVALID, 2);
        if (state == SUSPENDED) set(VALID, SUSPENDED, 16);
        if (state == LAPSED) set(VALID, LAPSED, 17);
        if (state == TRANSFERRED_OUT) set(VALID, TRANSFERRED_OUT, 18);
        if (state == FROZEN) set(VALID, FROZEN, 19);
        if (state == SUPERSEDED) set(VALID, SUPERSEDED, 20);
    }

    function status() private view returns (uint8) {
        return credentials.statusOf(bureau, POSITION);
    }

    function expectNotAllowed(uint8 from, uint8 to, uint8 reason) private {
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.TransitionNotAllowed.selector, from, to, reason));
    }

    function expectEffectiveOutOfRange(uint64 effective, uint64 earliest, uint64 latest) private {
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.EffectiveOutOfRange.selector, effective, earliest, latest)
        );
    }

    function expectSuccessorOutOfRange(uint64 successor) private {
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.SuccessorOutOfRange.selector, successor));
    }

    // States

    function test_change_is_in_its_event() public {
        vm.expectEmit(address(credentials));
        emit ICredentialRegistry.StatusChanged(
            START, bureau, POSITION, VALID, SUSPENDED, 16, START - 1 days, 0, OPERATOR
        );
        setAs(OPERATOR, POSITION, VALID, SUSPENDED, 16, START - 1 days, 0);
        vm.assertEq(status(), SUSPENDED);
    }

    function test_an_anchored_position_is_valid_at_first() public view {
        vm.assertEq(credentials.statusOf(bureau, 0), VALID);
        vm.assertEq(credentials.statusOf(bureau, TOTAL - 1), VALID);
    }

    function test_a_position_that_was_never_anchored_has_no_status() public {
        bytes memory unknown = abi.encodeWithSelector(ICredentialRegistry.UnknownPosition.selector, TOTAL, TOTAL);
        vm.expectRevert(unknown);
        credentials.statusOf(bureau, TOTAL);
        vm.expectRevert(unknown);
        setAt(TOTAL, VALID, INVALID, 2);
        setAt(TOTAL - 1, VALID, INVALID, 2);
    }

    function testFuzz_a_status_touches_no_other(uint64 position, uint64 other) public {
        position %= TOTAL;
        other %= TOTAL;
        vm.assume(position != other);
        setAt(other, VALID, TRANSFERRED_OUT, 18);
        setAt(position, VALID, SUSPENDED, 16);
        setAt(position, SUSPENDED, SUPERSEDED, 20);
        vm.assertEq(credentials.statusOf(bureau, other), TRANSFERRED_OUT);
        vm.assertEq(credentials.statusOf(bureau, position), SUPERSEDED);
    }

    function test_a_word_holds_64_statuses_lowest_first() public {
        setAt(64, VALID, FROZEN, 19);
        setAt(66, VALID, INVALID, 1);
        setAt(127, VALID, SUPERSEDED, 21);
        vm.assertEq(credentials.statusWord(bureau, 0), 0);
        vm.assertEq(credentials.statusWord(bureau, 1), 0xD | (0x1 << 8) | (0xE << 252));
        vm.assertEq(credentials.statusWord(bureau, 2), 0);
    }

    function test_each_authority_has_its_own_statuses() public {
        uint32 other = registerAuthority("other");
        addOperator(other, OPERATOR);
        addKey(other, keccak256("other key"), 1);
        vm.prank(OPERATOR);
        credentials.anchor(other, 0, keccak256("root"), 128, keccak256("other key"));
        set(VALID, INVALID, 2);
        vm.assertEq(credentials.statusOf(other, POSITION), VALID);
    }

    // Transitions

    function testFuzz_a_change_is_one_of_the_table(uint8 begin, uint8 to, uint8 reason) public {
        uint8[7] memory states = [VALID, INVALID, SUSPENDED, LAPSED, TRANSFERRED_OUT, FROZEN, SUPERSEDED];
        uint8 from = states[begin % 7];
        to = to % 4 == 0 ? to : states[to % 7];
        reason = reason % 4 == 0 ? reason : reason % 36;
        lead(from);
        bool isAllowed = StatusTable.allows(from, to, reason);
        if (!isAllowed) expectNotAllowed(from, to, reason);
        set(from, to, reason);
        vm.assertEq(status(), isAllowed ? to : from);
    }

    function testFuzz_a_final_state_never_changes(bool superseded, uint8 to, uint8 reason) public {
        uint8 from = superseded ? SUPERSEDED : INVALID;
        lead(from);
        expectNotAllowed(from, to, reason);
        set(from, to, reason);
    }

    function testFuzz_a_change_names_the_state_it_starts_from(uint8 from) public {
        vm.assume(from != SUSPENDED);
        lead(SUSPENDED);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.StatusIsNot.selector, from, SUSPENDED));
        set(from, VALID, 32);
    }

    function test_a_resent_act_cannot_undo_a_later_one() public {
        set(VALID, SUSPENDED, 16);
        set(SUSPENDED, VALID, 32);
        set(VALID, INVALID, 2);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.StatusIsNot.selector, SUSPENDED, INVALID));
        set(SUSPENDED, VALID, 32);
    }

    function test_a_suspension_ends_while_the_freeze_stays() public {
        set(VALID, SUSPENDED, 16);
        set(SUSPENDED, FROZEN, 32);
        set(FROZEN, VALID, 35);
        vm.assertEq(status(), VALID);
    }

    // Effective dates

    function testFuzz_effective_is_at_most_7_days_back(uint64 effective) public {
        uint64 earliest = START - 7 days;
        bool fits = effective >= earliest && effective <= START;
        if (!fits) expectEffectiveOutOfRange(effective, earliest, START);
        setAs(OPERATOR, POSITION, VALID, INVALID, 2, effective, 0);
    }

    function test_effective_at_either_end() public {
        expectEffectiveOutOfRange(START + 1, START - 7 days, START);
        setAs(OPERATOR, POSITION, VALID, SUSPENDED, 16, START + 1, 0);
        expectEffectiveOutOfRange(START - 7 days - 1, START - 7 days, START);
        setAs(OPERATOR, POSITION, VALID, SUSPENDED, 16, START - 7 days - 1, 0);
        setAs(OPERATOR, POSITION, VALID, SUSPENDED, 16, START, 0);
        setAs(OPERATOR, POSITION, SUSPENDED, VALID, 32, START - 7 days, 0);
    }

    function testFuzz_rescission_reaches_back_without_limit(uint64 effective) public {
        if (effective > START) expectEffectiveOutOfRange(effective, 0, START);
        setAs(OPERATOR, POSITION, VALID, INVALID, 1, effective, 0);
    }

    function test_effective_on_a_chain_younger_than_7_days() public {
        vm.warp(3 days);
        setAs(OPERATOR, POSITION, VALID, SUSPENDED, 16, 0, 0);
        expectEffectiveOutOfRange(3 days + 1, 0, 3 days);
        setAs(OPERATOR, POSITION, SUSPENDED, VALID, 32, 3 days + 1, 0);
    }

    // Successors

    function testFuzz_superseded_names_another_anchored_position(uint64 successor) public {
        bool fits = successor < TOTAL && successor != POSITION;
        if (!fits) expectSuccessorOutOfRange(successor);
        setAs(OPERATOR, POSITION, VALID, SUPERSEDED, 21, START, successor);
    }

    function test_successor_is_anchored_and_not_itself() public {
        expectSuccessorOutOfRange(TOTAL);
        setAs(OPERATOR, POSITION, VALID, SUPERSEDED, 20, START, TOTAL);
        expectSuccessorOutOfRange(POSITION);
        setAs(OPERATOR, POSITION, VALID, SUPERSEDED, 20, START, POSITION);
        setAs(OPERATOR, POSITION, VALID, SUPERSEDED, 20, START, 0);
        setAs(OPERATOR, 0, VALID, SUPERSEDED, 22, START, TOTAL - 1);
    }

    function test_only_superseded_has_a_successor() public {
        expectSuccessorOutOfRange(1);
        setAs(OPERATOR, POSITION, VALID, INVALID, 2, START, 1);
    }

    // Actors

    function test_only_an_operator_of_the_authority_sets_it() public {
        address[4] memory others = [STRANGER, SHANGHAI_ADMIN, GUANGDONG_ADMIN, COUNCIL];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.NotAnOperator.selector, bureau, others[i]));
            setAs(others[i], POSITION, VALID, INVALID, 2, START, 0);
        }
    }

    function test_operator_acts_until_the_last_second_before_its_fence() public {
        uint64 fence = START + 100;
        revokeOperator(bureau, OPERATOR, fence);
        vm.warp(fence - 1);
        set(VALID, SUSPENDED, 16);
        vm.warp(fence);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.OperatorIsRevoked.selector, bureau, OPERATOR, fence));
        set(SUSPENDED, VALID, 32);
    }

    function test_after_dissolution_the_region_sets_it_and_nobody_else() public {
        dissolve(bureau);
        address[4] memory others = [OPERATOR, STRANGER, GUANGDONG_ADMIN, COUNCIL];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.AuthorityIsDissolved.selector, bureau));
            setAs(others[i], POSITION, VALID, INVALID, 3, START, 0);
        }
        vm.expectEmit(address(credentials));
        emit ICredentialRegistry.StatusChanged(START, bureau, POSITION, VALID, INVALID, 3, START, 0, SHANGHAI_ADMIN);
        setAs(SHANGHAI_ADMIN, POSITION, VALID, INVALID, 3, START, 0);
    }

    function test_after_dissolution_the_regions_new_administrator_sets_it() public {
        dissolve(bureau);
        vm.prank(COUNCIL);
        trust.changeRegionAdministrator(SHANGHAI, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.AuthorityIsDissolved.selector, bureau));
        setAs(SHANGHAI_ADMIN, POSITION, VALID, INVALID, 3, START, 0);
        setAs(STRANGER, POSITION, VALID, INVALID, 3, START, 0);
        vm.assertEq(status(), INVALID);
    }
}
