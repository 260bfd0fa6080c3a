// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Vm} from "./Vm.sol";

/// @title The journal's head recomputed from logs alone, as a replica does it
library Replay {
    error NotOneTopic(bytes32 topic, uint256 topics);

    function firstHead(uint256 chainId, address journal, bytes32 networkId) internal pure returns (bytes32) {
        return keccak256(bytes.concat("yinxin/journal/1", bytes32(chainId), bytes20(journal), networkId));
    }

    function fold(bytes32 head, Vm.Log[] memory logs) internal pure returns (bytes32) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (isEntry(logs[i])) head = keccak256(bytes.concat(head, entryOf(logs[i])));
        }
        return head;
    }

    function entryOf(Vm.Log memory log) internal pure returns (bytes32) {
        if (log.topics.length != 1) revert NotOneTopic(log.topics[0], log.topics.length);
        return keccak256(bytes.concat(bytes20(log.emitter), log.topics[0], log.data));
    }

    function isEntry(Vm.Log memory log) internal pure returns (bool) {
        return log.topics[0] != IAccessManaged.AuthorityUpdated.selector;
    }
}
