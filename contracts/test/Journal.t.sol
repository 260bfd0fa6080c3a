// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Journal} from "../src/Journal.sol";
import {CredentialRegistry} from "../src/CredentialRegistry.sol";
import {IJournal} from "../src/interfaces/IJournal.sol";
import {Replay} from "./Replay.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract JournalTest is World {
    function writer() private returns (address) {
        vm.prank(COUNCIL);
        journal.addWriter(address(this));
        return address(this);
    }

    function testFuzz_first_head_names_chain_journal_and_network(uint64 chainId, bytes32 networkId) public {
        vm.assume(chainId != 0);
        vm.chainId(chainId);
        Journal fresh = new Journal(address(manager), networkId);
        vm.assertEq(fresh.head(), Replay.firstHead(chainId, address(fresh), networkId));
        vm.assertEq(fresh.networkId(), networkId);
    }

    function test_head_is_in_the_documented_slot() public view {
        bytes32 slot = keccak256("yinxin/journal/1/head");
        vm.assertEq(journal.headSlot(), slot);
        vm.assertEq(vm.load(address(journal), slot), journal.head());
    }

    function testFuzz_append_folds_each_entry_in_order(bytes32[] calldata entries) public {
        writer();
        bytes32 expected = journal.head();
        for (uint256 i = 0; i < entries.length; ++i) {
            journal.append(entries[i]);
            expected = keccak256(bytes.concat(expected, entries[i]));
        }
        vm.assertEq(journal.head(), expected);
    }

    function test_append_is_for_writers_only() public {
        vm.expectRevert(abi.encodeWithSelector(IJournal.NotAWriter.selector, STRANGER));
        vm.prank(STRANGER);
        journal.append(bytes32(0));
    }

    function test_not_even_the_council_appends_without_being_a_writer() public {
        vm.expectRevert(abi.encodeWithSelector(IJournal.NotAWriter.selector, COUNCIL));
        vm.prank(COUNCIL);
        journal.append(bytes32(0));
    }

    function test_adding_a_writer_is_an_entry() public {
        bytes32 before = journal.head();
        vm.expectEmit(address(journal));
        emit IJournal.WriterAdded(START, address(this));
        vm.recordLogs();
        writer();
        vm.assertTrue(journal.isWriter(address(this)));
        vm.assertEq(journal.head(), Replay.fold(before, vm.getRecordedLogs()));
        vm.assertFalse(journal.head() == before);
    }

    function test_retiring_a_writer_is_an_entry() public {
        writer();
        bytes32 before = journal.head();
        vm.expectEmit(address(journal));
        emit IJournal.WriterRetired(START, address(this));
        vm.recordLogs();
        vm.prank(COUNCIL);
        journal.retireWriter(address(this));
        vm.assertFalse(journal.isWriter(address(this)));
        vm.assertEq(journal.head(), Replay.fold(before, vm.getRecordedLogs()));
        vm.assertFalse(journal.head() == before);
    }

    function test_a_retired_writer_can_be_added_again() public {
        address account = writer();
        vm.prank(COUNCIL);
        journal.retireWriter(account);
        writer();
        journal.append(keccak256("an entry"));
    }

    function test_writers_are_the_councils() public {
        expectUnauthorized(STRANGER);
        vm.prank(STRANGER);
        journal.addWriter(STRANGER);
        expectUnauthorized(STRANGER);
        vm.prank(STRANGER);
        journal.retireWriter(address(trust));
    }

    function test_a_writer_is_added_once() public {
        vm.expectRevert(abi.encodeWithSelector(IJournal.AlreadyAWriter.selector, address(trust)));
        vm.prank(COUNCIL);
        journal.addWriter(address(trust));
    }

    function test_only_a_writer_can_be_retired() public {
        vm.expectRevert(abi.encodeWithSelector(IJournal.NotAWriter.selector, STRANGER));
        vm.prank(COUNCIL);
        journal.retireWriter(STRANGER);
    }

    function test_the_journal_itself_writes_for_ever() public {
        vm.assertTrue(journal.isWriter(address(journal)));
        vm.expectRevert(abi.encodeWithSelector(IJournal.NotAWriter.selector, address(journal)));
        vm.prank(COUNCIL);
        journal.retireWriter(address(journal));
        vm.expectRevert(abi.encodeWithSelector(IJournal.AlreadyAWriter.selector, address(journal)));
        vm.prank(COUNCIL);
        journal.addWriter(address(journal));
    }

    function test_a_registry_that_is_not_a_writer_cannot_act() public {
        vm.prank(COUNCIL);
        journal.retireWriter(address(credentials));
        vm.expectRevert(abi.encodeWithSelector(IJournal.NotAWriter.selector, address(credentials)));
        vm.prank(OPERATOR);
        credentials.anchor(bureau, 0, keccak256("root"), 64, KID);
        (uint64 nextSeq,) = credentials.totalsOf(bureau);
        vm.assertEq(nextSeq, 0);
    }

    function test_a_later_registry_needs_no_new_journal() public {
        CredentialRegistry later = new CredentialRegistry(journal, trust);
        vm.prank(COUNCIL);
        journal.addWriter(address(later));
        vm.prank(OPERATOR);
        later.anchor(bureau, 0, keccak256("root"), 64, KID);
        vm.assertEq(address(later.journal()), address(journal));
    }

    function test_registries_name_their_journal_and_trust_registry() public view {
        vm.assertEq(address(journal.journal()), address(journal));
        vm.assertEq(address(trust.journal()), address(journal));
        vm.assertEq(address(credentials.journal()), address(journal));
        vm.assertEq(address(recognition.journal()), address(journal));
        vm.assertEq(address(credentials.trustRegistry()), address(trust));
        vm.assertEq(address(recognition.trustRegistry()), address(trust));
    }
}
