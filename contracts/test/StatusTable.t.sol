// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {StatusTable} from "../src/StatusTable.sol";
import {vm} from "./Vm.sol";

/// @title The contract's table is that of spec/vectors/status-transitions.json, for every combination
contract StatusTableTest {
    /// @dev The members in alphabetical order, as forge decodes an object of JSON.
    struct Transition {
        uint256 from;
        uint256[] reasons;
        uint256 to;
    }

    mapping(uint256 from => mapping(uint256 to => mapping(uint256 reason => bool))) private _isListed;
    string private _vectors;

    function setUp() public {
        _vectors = vm.readFile("../spec/vectors/status-transitions.json");
        Transition[] memory listed = abi.decode(vm.parseJson(_vectors, ".transitions"), (Transition[]));
        for (uint256 i = 0; i < listed.length; ++i) {
            for (uint256 j = 0; j < listed[i].reasons.length; ++j) {
                _isListed[listed[i].from][listed[i].to][listed[i].reasons[j]] = true;
            }
        }
    }

    function test_allows_what_the_vectors_list_and_nothing_else() public view {
        uint256 allowed;
        for (uint8 from = 0; from < 16; ++from) {
            for (uint8 to = 0; to < 16; ++to) {
                allowed += checkReasons(from, to);
            }
        }
        vm.assertEq(allowed, 56);
    }

    function checkReasons(uint8 from, uint8 to) private view returns (uint256 allowed) {
        for (uint256 reason = 0; reason < 256; ++reason) {
            // forge-lint: disable-next-line(unsafe-typecast)
            bool isAllowed = StatusTable.allows(from, to, uint8(reason)); // the loop ends at 255
            vm.assertEq(isAllowed, _isListed[from][to][reason]);
            if (isAllowed) ++allowed;
        }
    }

    function testFuzz_values_that_are_no_state_have_no_transition(uint8 from, uint8 to, uint8 reason) public pure {
        vm.assume(from > 15 || to > 15);
        vm.assertFalse(StatusTable.allows(from, to, reason));
    }

    function test_final_states_are_those_of_the_vectors() public view {
        uint256[] memory listed = abi.decode(vm.parseJson(_vectors, ".final"), (uint256[]));
        for (uint8 state = 0; state < 16; ++state) {
            vm.assertEq(StatusTable.isFinal(state), contains(listed, state));
        }
    }

    function test_states_are_those_of_the_vectors() public view {
        uint256[] memory listed = abi.decode(vm.parseJson(_vectors, ".gravity"), (uint256[]));
        for (uint8 state = 0; state < 255; ++state) {
            vm.assertEq(StatusTable.isAssigned(state), contains(listed, state));
        }
    }

    function test_reasons_that_reach_back_are_those_of_the_vectors() public view {
        uint256[] memory listed = abi.decode(vm.parseJson(_vectors, ".reaches_back"), (uint256[]));
        for (uint8 reason = 0; reason < 255; ++reason) {
            vm.assertEq(StatusTable.reachesBack(reason), contains(listed, reason));
        }
    }

    function contains(uint256[] memory list, uint256 value) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == value) return true;
        }
        return false;
    }
}
