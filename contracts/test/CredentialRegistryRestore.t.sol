// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ICredentialRegistry} from "../src/interfaces/ICredentialRegistry.sol";
import {StatusTable} from "../src/StatusTable.sol";
import {Replay} from "./Replay.sol";
import {World} from "./World.sol";
import {Vm, vm} from "./Vm.sol";

contract CredentialRegistryRestoreTest is World {
    uint32 private constant TOTAL = 300;
    uint64 private constant POSITION = 70;
    address private constant SUCCESSOR = address(0x5C);

    uint8 private constant VALID = 0x0;
    uint8 private constant INVALID = 0x1;
    uint8 private constant SUSPENDED = 0x2;

    function setUp() public override {
        super.setUp();
        anchor(0, TOTAL);
        addOperator(bureau, SUCCESSOR);
    }

    // Acts

    function set(address actor, uint64 position, uint8 from, uint8 to, uint8 reason) private {
        vm.prank(actor);
        credentials.setStatus(bureau, position, from, to, reason, START, 0);
    }

    /// @dev The thief revokes the position, and its account is fenced from then on.
    function steal() private {
        set(OPERATOR, POSITION, VALID, INVALID, 2);
        revokeOperator(bureau, OPERATOR, START);
    }

    function one(uint64 position, uint8 from, uint8 to)
        private
        pure
        returns (ICredentialRegistry.Restoration[] memory restorations)
    {
        restorations = new ICredentialRegistry.Restoration[](1);
        restorations[0] = ICredentialRegistry.Restoration({position: position, from: from, to: to});
    }

    function row(uint256 count) private pure returns (ICredentialRegistry.Restoration[] memory restorations) {
        restorations = new ICredentialRegistry.Restoration[](count);
        for (uint64 i = 0; i < count; ++i) {
            restorations[i] = ICredentialRegistry.Restoration({position: i, from: VALID, to: SUSPENDED});
        }
    }

    function restoreAs(address actor, ICredentialRegistry.Restoration[] memory restorations) private {
        vm.prank(actor);
        credentials.restoreStatuses(bureau, OPERATOR, restorations);
    }

    function status(uint64 position) private view returns (uint8) {
        return credentials.statusOf(bureau, position);
    }

    // What it does

    function test_a_restoration_ends_even_a_final_state() public {
        steal();
        restore(bureau, OPERATOR, POSITION, INVALID, VALID);
        vm.assertEq(status(POSITION), VALID);
    }

    function test_it_is_in_its_event() public {
        steal();
        vm.warp(START + 9);
        vm.expectEmit(address(credentials));
        emit ICredentialRegistry.StatusRestored(START + 9, bureau, POSITION, INVALID, VALID, OPERATOR, SHANGHAI_ADMIN);
        restore(bureau, OPERATOR, POSITION, INVALID, VALID);
    }

    function test_the_authority_goes_on_from_the_restored_state() public {
        steal();
        restore(bureau, OPERATOR, POSITION, INVALID, VALID);
        set(SUCCESSOR, POSITION, VALID, SUSPENDED, 16);
        vm.assertEq(status(POSITION), SUSPENDED);
    }

    function test_every_restoration_is_journaled() public {
        revokeOperator(bureau, OPERATOR, START);
        bytes32 before = journal.head();
        vm.recordLogs();
        restoreAs(SHANGHAI_ADMIN, row(7));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 7);
        vm.assertEq(journal.head(), Replay.fold(before, logs));
    }

    function testFuzz_a_restoration_touches_no_other(uint64 position, uint64 other, uint8 draw) public {
        uint8[7] memory states = [VALID, INVALID, SUSPENDED, 0x3, 0xC, 0xD, 0xE];
        uint8 to = states[draw % 6 + 1];
        (position, other) = (position % TOTAL, other % TOTAL);
        vm.assume(position != other);
        set(OPERATOR, other, VALID, INVALID, 1);
        revokeOperator(bureau, OPERATOR, START);
        restore(bureau, OPERATOR, position, VALID, to);
        vm.assertEq(status(other), INVALID);
        vm.assertEq(status(position), to);
    }

    // What it demands

    function test_only_the_regions_administrator_restores() public {
        steal();
        address[5] memory others = [OPERATOR, SUCCESSOR, STRANGER, GUANGDONG_ADMIN, COUNCIL];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ICredentialRegistry.NotTheAdministrator.selector, SHANGHAI, others[i])
            );
            restoreAs(others[i], one(POSITION, INVALID, VALID));
        }
        vm.assertEq(status(POSITION), INVALID);
    }

    function test_an_unknown_authority_has_no_administrator() public {
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.NotTheAdministrator.selector, uint32(0), SHANGHAI_ADMIN)
        );
        restore(UNKNOWN, OPERATOR, POSITION, INVALID, VALID);
    }

    function test_the_regions_new_administrator_restores() public {
        steal();
        vm.prank(COUNCIL);
        trust.changeRegionAdministrator(SHANGHAI, STRANGER);
        restoreAs(STRANGER, one(POSITION, INVALID, VALID));
        vm.assertEq(status(POSITION), VALID);
    }

    function test_after_dissolution_the_region_restores_still() public {
        steal();
        dissolve(bureau);
        restore(bureau, OPERATOR, POSITION, INVALID, VALID);
        vm.assertEq(status(POSITION), VALID);
    }

    function test_it_names_an_operator_of_the_authority() public {
        steal();
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.NotAnOperator.selector, bureau, STRANGER));
        restore(bureau, STRANGER, POSITION, INVALID, VALID);
    }

    function test_an_operator_fenced_at_another_authority_does_not_count() public {
        uint32 other = registerAuthority("other");
        addOperator(other, STRANGER);
        revokeOperator(other, STRANGER, START);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.NotAnOperator.selector, bureau, STRANGER));
        restore(bureau, STRANGER, POSITION, VALID, SUSPENDED);
    }

    function test_an_operator_in_good_standing_gives_no_right_to_restore() public {
        steal();
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.OperatorIsNotFenced.selector, bureau, SUCCESSOR, uint64(0))
        );
        restore(bureau, SUCCESSOR, POSITION, INVALID, VALID);
    }

    function test_it_waits_for_the_fence() public {
        uint64 fence = START + 100;
        revokeOperator(bureau, OPERATOR, fence);
        vm.warp(fence - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.OperatorIsNotFenced.selector, bureau, OPERATOR, fence)
        );
        restore(bureau, OPERATOR, POSITION, VALID, SUSPENDED);
        vm.warp(fence);
        restore(bureau, OPERATOR, POSITION, VALID, SUSPENDED);
    }

    function testFuzz_it_names_the_state_it_starts_from(uint8 from) public {
        vm.assume(from != INVALID);
        steal();
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.StatusIsNot.selector, from, INVALID));
        restore(bureau, OPERATOR, POSITION, from, VALID);
    }

    function test_a_resent_restoration_cannot_undo_a_later_act() public {
        steal();
        restore(bureau, OPERATOR, POSITION, INVALID, VALID);
        set(SUCCESSOR, POSITION, VALID, SUSPENDED, 16);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.StatusIsNot.selector, INVALID, SUSPENDED));
        restore(bureau, OPERATOR, POSITION, INVALID, VALID);
    }

    function testFuzz_it_leads_to_another_state_that_is_one(uint8 to) public {
        steal();
        bool isAllowed = to != INVALID && StatusTable.isAssigned(to);
        if (!isAllowed) {
            vm.expectRevert(
                abi.encodeWithSelector(ICredentialRegistry.RestorationNotAllowed.selector, POSITION, INVALID, to)
            );
        }
        restore(bureau, OPERATOR, POSITION, INVALID, to);
        vm.assertEq(status(POSITION), isAllowed ? to : INVALID);
    }

    function test_a_position_that_was_never_anchored_has_nothing_to_restore() public {
        steal();
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.UnknownPosition.selector, TOTAL, TOTAL));
        restore(bureau, OPERATOR, TOTAL, VALID, INVALID);
    }

    function test_one_to_256_at_once() public {
        revokeOperator(bureau, OPERATOR, START);
        uint256[2] memory counts = [uint256(0), 257];
        for (uint256 i = 0; i < counts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.RestorationCountOutOfRange.selector, counts[i]));
            restoreAs(SHANGHAI_ADMIN, row(counts[i]));
        }
        restoreAs(SHANGHAI_ADMIN, row(256));
        vm.assertEq(status(255), SUSPENDED);
        vm.assertEq(status(256), VALID);
    }

    function test_all_or_nothing() public {
        set(OPERATOR, 2, VALID, INVALID, 2);
        revokeOperator(bureau, OPERATOR, START);
        bytes32 head = journal.head();
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.StatusIsNot.selector, VALID, INVALID));
        restoreAs(SHANGHAI_ADMIN, row(4));
        vm.assertEq(status(0), VALID);
        vm.assertEq(journal.head(), head);
    }
}
