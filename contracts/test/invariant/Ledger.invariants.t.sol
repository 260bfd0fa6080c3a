// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRecognitionRegistry} from "../../src/interfaces/IRecognitionRegistry.sol";
import {USE_CREDENTIAL} from "../../src/interfaces/ITrustRegistry.sol";
import {World} from "../World.sol";
import {vm} from "../Vm.sol";
import {Handler} from "./Handler.sol";
import {Witness} from "./Witness.sol";

/// @title What holds whatever several actors do, in any order
contract LedgerInvariants is World {
    address private constant FIRST = address(0x0F1);
    address private constant SECOND = address(0x0F2);
    address private constant THIRD = address(0x0F3);

    struct Target {
        address account;
        bytes4[] selectors;
    }

    Handler private handler;

    function setUp() public override {
        super.setUp();
        agree();
        address[] memory actors = new address[](7);
        (actors[0], actors[1], actors[2]) = (COUNCIL, SHANGHAI_ADMIN, GUANGDONG_ADMIN);
        (actors[3], actors[4], actors[5], actors[6]) = (FIRST, SECOND, THIRD, STRANGER);
        uint32[3] memory authorities = [openAt(SHANGHAI, FIRST), openAt(SHANGHAI, SECOND), openAt(GUANGDONG, THIRD)];
        handler = new Handler(Witness.Ledger(journal, trust, credentials, recognition), actors);
        handler.open(authorities[0], Handler.Office(SHANGHAI, FIRST, kidOf(FIRST)), SHANGHAI_ADMIN);
        handler.open(authorities[1], Handler.Office(SHANGHAI, SECOND, kidOf(SECOND)), SHANGHAI_ADMIN);
        handler.open(authorities[2], Handler.Office(GUANGDONG, THIRD, kidOf(THIRD)), GUANGDONG_ADMIN);
    }

    function openAt(uint32 region, address operator) private returns (uint32 authority) {
        address administrator = trust.administratorOf(region);
        string memory tag = string(abi.encode(operator));
        vm.prank(administrator);
        authority = trust.registerAuthority(region, tag, tag, tag);
        vm.prank(administrator);
        trust.addOperator(authority, operator);
        vm.prank(administrator);
        trust.addKey(authority, kidOf(operator), USE_CREDENTIAL, 1, publicKey(), START, 0);
    }

    function kidOf(address operator) private pure returns (bytes32) {
        return keccak256(abi.encode("key", operator));
    }

    function agree() private {
        uint32[] memory types = new uint32[](1);
        types[0] = LICENCE;
        IRecognitionRegistry.Member[] memory members = new IRecognitionRegistry.Member[](2);
        members[0] = IRecognitionRegistry.Member({region: SHANGHAI, issues: true, recognises: true});
        members[1] = IRecognitionRegistry.Member({region: GUANGDONG, issues: true, recognises: true});
        vm.prank(SHANGHAI_ADMIN);
        recognition.propose(SHANGHAI, keccak256("document"), types, START, 0, members);
    }

    /// @dev forge asks for it: nothing but the handler is called.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev forge asks for it: what is called there, statuses three times as often as the rest.
    function targetSelectors() public view returns (Target[] memory targets) {
        bytes4[] memory selectors = new bytes4[](9);
        (selectors[0], selectors[1]) = (Handler.anchor.selector, Handler.rule.selector);
        (selectors[2], selectors[3]) = (Handler.keepAgreement.selector, Handler.changeAdministrator.selector);
        (selectors[4], selectors[5]) = (Handler.wait.selector, Handler.setStatus.selector);
        (selectors[6], selectors[7]) = (Handler.setStatus.selector, Handler.setStatus.selector);
        selectors[8] = Handler.restore.selector;
        targets = new Target[](1);
        targets[0] = Target({account: address(handler), selectors: selectors});
    }

    function invariant_a_final_status_never_changes_but_by_a_restoration_that_names_a_fenced_operator() public view {
        vm.assertEq(handler.finalStatesChanged(), 0);
        vm.assertEq(handler.restorationsWithoutAFence(), 0);
    }

    function invariant_only_the_region_restores() public view {
        vm.assertEq(handler.strangersRestored(), 0);
    }

    function invariant_every_transition_is_one_of_the_table() public view {
        vm.assertEq(handler.changesNotOfTheTable(), 0);
        vm.assertEq(handler.changesNobodyMade(), 0);
    }

    function invariant_only_operators_or_after_dissolution_the_region_set_a_status() public view {
        vm.assertEq(handler.strangersSetStatuses(), 0);
    }

    function invariant_only_operators_anchor_and_with_their_own_key() public view {
        vm.assertEq(handler.strangersAnchored(), 0);
    }

    function invariant_only_administrators_and_the_council_rule() public view {
        vm.assertEq(handler.strangersRuled(), 0);
    }

    function invariant_a_sequence_number_is_used_once() public view {
        vm.assertEq(handler.sequencesUsedTwice(), 0);
    }

    function invariant_positions_never_overlap() public view {
        vm.assertEq(handler.batchesThatOverlap(), 0);
    }

    function invariant_the_journals_head_is_the_fold_of_the_logs() public view {
        vm.assertEq(journal.head(), handler.replayedHead());
    }

    function invariant_a_fence_moves_only_earlier() public view {
        vm.assertEq(handler.fencesMovedLater(), 0);
    }

    /// @dev The invariants say something only if the handler's acts go through.
    function test_the_handler_reaches_every_kind_of_act() public {
        for (uint256 i = 0; i < 600; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(i)));
            // Truncation is how the draw becomes several numbers.
            // forge-lint: disable-start(unsafe-typecast)
            if (i % 7 == 6) {
                handler.restore(draw, draw >> 8, draw >> 16, uint64(draw >> 24), uint8(draw >> 88), uint8(draw >> 96));
            }
            if (i % 6 == 0) handler.anchor(draw, draw >> 8, uint8(draw >> 16), uint32(draw >> 24), draw >> 56);
            if (i % 6 == 1) {
                handler.setStatus(
                    draw,
                    draw >> 8,
                    uint64(draw >> 16),
                    uint8(draw >> 80),
                    uint8(draw >> 88),
                    uint64(draw >> 96),
                    uint64(draw >> 160)
                );
            }
            if (i % 6 == 2) handler.rule(draw, draw >> 8, draw >> 16, uint8(draw >> 24), uint64(draw >> 32));
            if (i % 6 == 3) handler.changeAdministrator(draw, draw >> 8, draw >> 16);
            if (i % 6 == 4) handler.keepAgreement(draw, draw >> 8, uint8(draw >> 16));
            if (i % 6 == 5) handler.wait(uint64(draw) % 12 hours);
            // forge-lint: disable-end(unsafe-typecast)
        }
        string[10] memory acts = [
            "anchor",
            "setStatus",
            "dissolve",
            "addOperator",
            "revokeOperator",
            "revokeKey",
            "changeAdministrator",
            "keepAgreement",
            "restore",
            "restoreFinal"
        ];
        for (uint256 i = 0; i < acts.length; ++i) {
            vm.assertTrue(handler.done(acts[i]) > 0, acts[i]);
        }
    }
}
