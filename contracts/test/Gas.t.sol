// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ICredentialRegistry} from "../src/interfaces/ICredentialRegistry.sol";
import {World} from "./World.sol";
import {Vm, vm} from "./Vm.sol";

/// @title What the everyday acts cost, one act a test: `.gas-snapshot` holds them
/// @notice Each call is a transaction of its own (isolate), so the base cost and the calldata count and no slot is warm.
/// forge-config: default.isolate = true
contract GasTest is World {
    uint256 private constant ANCHOR_LIMIT = 100_000;
    // What `ledger/registries.py` gives a call.
    uint256 private constant RESTORATION_BASE = 150_000;
    uint256 private constant RESTORATION_EACH = 65_000;

    function setUp() public override {
        super.setUp();
        anchor(0, 65_536);
        status(0, 0x0, 0x2, 16);
    }

    function status(uint64 position, uint8 from, uint8 to, uint8 reason) private {
        vm.prank(OPERATOR);
        credentials.setStatus(bureau, position, from, to, reason, START, 0);
    }

    /// @dev `count` positions, each in a word of its own: the dearest.
    function restoreMany(uint256 count) private {
        ICredentialRegistry.Restoration[] memory many = new ICredentialRegistry.Restoration[](count);
        for (uint64 i = 0; i < count; ++i) {
            many[i] = ICredentialRegistry.Restoration({position: 64 * (i + 1), from: 0x0, to: 0x2});
        }
        vm.prank(SHANGHAI_ADMIN);
        credentials.restoreStatuses(bureau, OPERATOR, many);
    }

    function lastCost() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function test_a_later_anchor_costs_at_most_100000() public {
        anchor(1, 1);
        uint256 smallest = lastCost();
        anchor(2, 65_536);
        uint256 largest = lastCost();
        vm.assertLe(smallest, ANCHOR_LIMIT);
        vm.assertLe(largest, ANCHOR_LIMIT);
        vm.assertGt(smallest, 50_000); // base cost, calldata and cold slots are in it
    }

    function test_an_anchor_costs_the_same_for_any_count() public {
        anchor(1, 0x0101);
        uint256 small = lastCost();
        anchor(2, 0xFFFF);
        vm.assertEq(lastCost(), small); // as many calldata octets that are not zero
    }

    function test_gas_anchor() public {
        anchor(1, 64);
    }

    function test_gas_status_in_a_fresh_word() public {
        status(64, 0x0, 0x2, 16);
    }

    function test_gas_status_in_a_touched_word() public {
        status(1, 0x0, 0x2, 16);
    }

    function test_restorations_cost_at_most_half_of_what_a_call_is_given() public {
        revokeOperator(bureau, OPERATOR, START);
        restoreMany(256);
        vm.assertLe(2 * lastCost(), RESTORATION_BASE + 256 * RESTORATION_EACH);
        vm.assertGt(lastCost(), 256 * 20_000);
    }

    function test_gas_restore_one() public {
        revokeOperator(bureau, OPERATOR, START);
        restoreMany(1);
    }

    function test_gas_add_operator() public {
        addOperator(bureau, STRANGER);
    }

    function test_gas_add_key() public {
        addKey(bureau, keccak256("new"), 1);
    }

    function test_gas_register_authority() public {
        registerAuthority("another");
    }

    function test_gas_dissolve() public {
        dissolve(bureau);
    }
}
