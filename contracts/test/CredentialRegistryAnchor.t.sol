// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ICredentialRegistry} from "../src/interfaces/ICredentialRegistry.sol";
import {USE_CREDENTIAL, USE_STATUS} from "../src/interfaces/ITrustRegistry.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract CredentialRegistryAnchorTest is World {
    bytes32 private constant ROOT = keccak256("root");

    function anchorAs(address operator, uint32 authority, bytes32 kid) private returns (uint64) {
        (uint64 nextSeq,) = credentials.totalsOf(authority);
        vm.prank(operator);
        return credentials.anchor(authority, nextSeq, ROOT, 64, kid);
    }

    function expectNotTheNextSequence(uint64 expected, uint64 given) private {
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.NotTheNextSequence.selector, expected, given));
    }

    function test_anchored_batch_is_in_its_event() public {
        vm.expectEmit(address(credentials));
        emit ICredentialRegistry.BatchAnchored(START, bureau, 0, 0, 64, ROOT, KID, OPERATOR);
        vm.assertEq(anchorAs(OPERATOR, bureau, KID), 0);
        vm.expectEmit(address(credentials));
        emit ICredentialRegistry.BatchAnchored(START, bureau, 1, 64, 64, ROOT, KID, OPERATOR);
        vm.assertEq(anchorAs(OPERATOR, bureau, KID), 64);
    }

    function testFuzz_first_is_the_sum_of_earlier_counts(uint32[] calldata counts) public {
        uint64 sum;
        for (uint64 seq = 0; seq < counts.length && seq < 32; ++seq) {
            uint32 count = 1 + counts[seq] % 65_536;
            vm.assertEq(anchor(seq, count), sum);
            sum += count;
            (uint64 nextSeq, uint64 total) = credentials.totalsOf(bureau);
            vm.assertEq(nextSeq, seq + 1);
            vm.assertEq(total, sum);
        }
    }

    function test_each_authority_counts_for_itself() public {
        uint32 other = registerAuthority("other");
        addOperator(other, OPERATOR);
        addKey(other, keccak256("other key"), USE_CREDENTIAL);
        anchorAs(OPERATOR, bureau, KID);
        vm.assertEq(anchorAs(OPERATOR, other, keccak256("other key")), 0);
    }

    function test_a_resent_batch_cannot_anchor_twice() public {
        anchor(0, 64);
        expectNotTheNextSequence(1, 0);
        anchor(0, 64);
    }

    function testFuzz_sequence_is_the_next(uint64 seq) public {
        vm.assume(seq != 1);
        anchor(0, 64);
        expectNotTheNextSequence(1, seq);
        anchor(seq, 64);
    }

    function testFuzz_count_is_1_to_65536(uint32 count) public {
        bool fits = count >= 1 && count <= 65_536;
        if (!fits) vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.CountOutOfRange.selector, count));
        anchor(0, count);
    }

    function test_smallest_and_largest_batch() public {
        anchor(0, 1);
        anchor(1, 65_536);
        (, uint64 total) = credentials.totalsOf(bureau);
        vm.assertEq(total, 65_537);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.CountOutOfRange.selector, 0));
        anchor(2, 0);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.CountOutOfRange.selector, 65_537));
        anchor(2, 65_537);
    }

    function test_only_an_operator_of_the_authority_anchors() public {
        address[3] memory others = [STRANGER, SHANGHAI_ADMIN, COUNCIL];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.NotAnOperator.selector, bureau, others[i]));
            vm.prank(others[i]);
            credentials.anchor(bureau, 0, ROOT, 64, KID);
        }
    }

    function test_another_authoritys_operator_cannot_anchor() public {
        uint32 other = registerAuthority("other");
        addOperator(other, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.NotAnOperator.selector, bureau, STRANGER));
        vm.prank(STRANGER);
        credentials.anchor(bureau, 0, ROOT, 64, KID);
    }

    function test_operator_anchors_until_the_last_second_before_its_fence() public {
        uint64 fence = START + 100;
        revokeOperator(bureau, OPERATOR, fence);
        vm.warp(fence - 1);
        anchor(0, 64);
        vm.warp(fence);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.OperatorIsRevoked.selector, bureau, OPERATOR, fence));
        anchor(1, 64);
    }

    function test_key_belongs_to_the_authority() public {
        uint32 other = registerAuthority("other");
        bytes32 otherKid = keccak256("other key");
        addKey(other, otherKid, USE_CREDENTIAL);
        bytes32[2] memory kids = [otherKid, keccak256("nobody's key")];
        for (uint256 i = 0; i < kids.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.KeyOfAnotherAuthority.selector, kids[i], bureau));
            vm.prank(OPERATOR);
            credentials.anchor(bureau, 0, ROOT, 64, kids[i]);
        }
    }

    function test_key_is_for_credentials() public {
        bytes32 statusKid = keccak256("status key");
        addKey(bureau, statusKid, USE_STATUS);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.KeyForAnotherUse.selector, statusKid, USE_STATUS));
        vm.prank(OPERATOR);
        credentials.anchor(bureau, 0, ROOT, 64, statusKid);
    }

    function test_a_dissolved_authority_cannot_anchor() public {
        dissolve(bureau);
        address[2] memory accounts = [OPERATOR, SHANGHAI_ADMIN];
        for (uint256 i = 0; i < accounts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.AuthorityIsDissolved.selector, bureau));
            vm.prank(accounts[i]);
            credentials.anchor(bureau, 0, ROOT, 64, KID);
        }
    }

    function test_nobody_is_an_operator_of_an_unknown_authority() public {
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.NotAnOperator.selector, UNKNOWN, OPERATOR));
        vm.prank(OPERATOR);
        credentials.anchor(UNKNOWN, 0, ROOT, 64, KID);
    }
}
