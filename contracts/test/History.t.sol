// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {IRecognitionRegistry} from "../src/interfaces/IRecognitionRegistry.sol";
import {Replay} from "./Replay.sol";
import {World} from "./World.sol";
import {Vm, vm} from "./Vm.sol";

/// @title A history with every event of every registry, replayed from its logs alone
contract HistoryTest is World {
    uint256 private constant EVENTS = 22;

    function test_a_history_of_every_event_replays_to_the_head() public {
        Vm.Log[] memory logs = history();
        vm.assertEq(countTopics(logs), EVENTS);
        bytes32 first = Replay.firstHead(block.chainid, address(journal), NETWORK_ID);
        vm.assertEq(journal.head(), Replay.fold(first, logs));
    }

    function test_a_log_left_out_does_not_replay() public {
        Vm.Log[] memory logs = history();
        bytes32 first = Replay.firstHead(block.chainid, address(journal), NETWORK_ID);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (!Replay.isEntry(logs[i])) continue;
            bytes32 topic = logs[i].topics[0];
            logs[i].topics[0] = keccak256("another event");
            vm.assertFalse(journal.head() == Replay.fold(first, logs));
            logs[i].topics[0] = topic;
        }
    }

    function test_every_log_begins_with_the_blocks_time() public {
        Vm.Log[] memory logs = history();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (Replay.isEntry(logs[i])) vm.assertEq(bytes32(slice(logs[i].data)), bytes32(uint256(START)));
        }
    }

    function history() private returns (Vm.Log[] memory) {
        vm.recordLogs();
        deploy();
        populate();
        councilActs();
        anchorAndFail();
        agree();
        regionActs();
        return ours(vm.getRecordedLogs());
    }

    function councilActs() private {
        vm.prank(COUNCIL);
        trust.changeRegionAdministrator(GUANGDONG, GUANGDONG_ADMIN);
        vm.prank(COUNCIL);
        journal.addWriter(STRANGER);
        vm.prank(COUNCIL);
        journal.retireWriter(STRANGER);
        address another = address(new AccessManager(COUNCIL));
        vm.prank(COUNCIL);
        manager.updateAuthority(address(trust), another);
    }

    /// @dev A reverted act leaves neither a log nor an entry.
    function anchorAndFail() private {
        anchor(0, 64);
        vm.prank(OPERATOR);
        try credentials.anchor(bureau, 0, keccak256("root"), 64, KID) {
            vm.assertTrue(false, "a resent batch was anchored");
        } catch {}
        vm.prank(OPERATOR);
        credentials.setStatus(bureau, 3, 0x0, 0x2, 16, START, 0);
    }

    function agree() private {
        uint32[] memory types = new uint32[](1);
        types[0] = LICENCE;
        IRecognitionRegistry.Member[] memory members = new IRecognitionRegistry.Member[](2);
        members[0] = IRecognitionRegistry.Member({region: SHANGHAI, issues: true, recognises: false});
        members[1] = IRecognitionRegistry.Member({region: GUANGDONG, issues: false, recognises: true});
        vm.prank(SHANGHAI_ADMIN);
        uint32 agreement = recognition.propose(SHANGHAI, keccak256("document"), types, START, 0, members);
        vm.prank(GUANGDONG_ADMIN);
        recognition.ratify(agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.suspend(agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.resume(agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.withdraw(agreement, GUANGDONG);
    }

    function regionActs() private {
        vm.prank(SHANGHAI_ADMIN);
        trust.addAuthorityUrl(bureau, "https://issuer.example/second");
        vm.prank(SHANGHAI_ADMIN);
        uint64 accreditation = trust.accredit(bureau, LICENCE, START, 0);
        vm.prank(SHANGHAI_ADMIN);
        trust.endAccreditation(accreditation, START + 1);
        vm.prank(SHANGHAI_ADMIN);
        trust.revokeKey(KID, START + 1);
        revokeOperator(bureau, OPERATOR, START);
        restore(bureau, OPERATOR, 3, 0x2, 0x0);
        dissolve(bureau);
    }

    /// @dev The logs of the registries and the journal, as a replica's filter by address gives them.
    function ours(Vm.Log[] memory all) private view returns (Vm.Log[] memory logs) {
        logs = new Vm.Log[](all.length);
        uint256 count;
        for (uint256 i = 0; i < all.length; ++i) {
            if (journal.isWriter(all[i].emitter)) logs[count++] = all[i];
        }
        assembly ("memory-safe") {
            mstore(logs, count)
        }
    }

    function countTopics(Vm.Log[] memory logs) private pure returns (uint256 count) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (!Replay.isEntry(logs[i])) continue;
            uint256 j = 0;
            while (logs[j].topics[0] != logs[i].topics[0]) ++j;
            if (j == i) ++count;
        }
    }

    /// @dev The first word of an event's data.
    function slice(bytes memory data) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(data, 0x20))
        }
    }
}
