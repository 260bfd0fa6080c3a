// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ITrustRegistry, SUITE_ES256, USE_CREDENTIAL, USE_STATUS} from "../src/interfaces/ITrustRegistry.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @title The region administrator's functions: keys and accreditations
contract TrustRegistryKeyTest is World {
    bytes32 private constant NEW_KID = keccak256("a new key");

    function add(bytes32 kid, uint8 use, uint8 suite, bytes memory key, uint64 starts, uint64 ends) private {
        vm.prank(SHANGHAI_ADMIN);
        trust.addKey(bureau, kid, use, suite, key, starts, ends);
    }

    function revoke(bytes32 kid, uint64 revokedFrom) private {
        vm.prank(SHANGHAI_ADMIN);
        trust.revokeKey(kid, revokedFrom);
    }

    function accredit(uint32 certificateType, uint64 starts, uint64 ends) private returns (uint64) {
        vm.prank(SHANGHAI_ADMIN);
        return trust.accredit(bureau, certificateType, starts, ends);
    }

    function end(uint64 accreditation, uint64 ends) private {
        vm.prank(SHANGHAI_ADMIN);
        trust.endAccreditation(accreditation, ends);
    }

    function expectMovesOnlyEarlier(uint64 current, uint64 proposed) private {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.MovesOnlyEarlier.selector, current, proposed));
    }

    function expectEmptyPeriod(uint64 starts, uint64 ends) private {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.EmptyPeriod.selector, starts, ends));
    }

    function expectNotTheAdministrator(address account) private {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.NotTheAdministrator.selector, SHANGHAI, account));
    }

    // Keys

    function test_added_key_is_a_fact() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.KeyAdded(
            START, bureau, NEW_KID, USE_STATUS, SUITE_ES256, publicKey(), START, START + 1 days
        );
        add(NEW_KID, USE_STATUS, SUITE_ES256, publicKey(), START, START + 1 days);
        ITrustRegistry.Key memory key = trust.keyOf(NEW_KID);
        vm.assertEq(key.authority, bureau);
        vm.assertEq(key.use, USE_STATUS);
        vm.assertEq(key.suite, SUITE_ES256);
        vm.assertEq(key.starts, START);
        vm.assertEq(key.ends, START + 1 days);
        vm.assertEq(key.revokedFrom, 0);
    }

    function test_kid_is_never_given_again() public {
        revoke(KID, START);
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.KidTaken.selector, KID, bureau));
        add(KID, USE_CREDENTIAL, SUITE_ES256, publicKey(), START, 0);
        uint32 other = registerAuthority("other");
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.KidTaken.selector, KID, bureau));
        addKey(other, KID, USE_CREDENTIAL);
    }

    function test_kid_is_not_empty() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.Empty.selector, "kid"));
        add(bytes32(0), USE_CREDENTIAL, SUITE_ES256, publicKey(), START, 0);
    }

    function testFuzz_key_has_a_known_use(uint8 use) public {
        bool isKnown = use == 1 || use == 2;
        if (!isKnown) vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UnknownUse.selector, use));
        add(NEW_KID, use, SUITE_ES256, publicKey(), START, 0);
    }

    function testFuzz_key_has_a_known_suite(uint8 suite) public {
        if (suite != 1) vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UnknownSuite.selector, suite));
        add(NEW_KID, USE_CREDENTIAL, suite, publicKey(), START, 0);
    }

    function testFuzz_key_has_its_suites_length(bytes calldata key) public {
        vm.assume(key.length != 64);
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.KeyLengthIsNot.selector, 64, key.length));
        add(NEW_KID, USE_CREDENTIAL, SUITE_ES256, key, START, 0);
    }

    function testFuzz_key_has_a_period(uint64 starts, uint64 ends) public {
        if (ends != 0 && ends <= starts) expectEmptyPeriod(starts, ends);
        add(NEW_KID, USE_CREDENTIAL, SUITE_ES256, publicKey(), starts, ends);
    }

    function test_a_period_of_no_length_is_refused() public {
        expectEmptyPeriod(START, START);
        add(NEW_KID, USE_CREDENTIAL, SUITE_ES256, publicKey(), START, START);
        add(NEW_KID, USE_CREDENTIAL, SUITE_ES256, publicKey(), START, START + 1);
    }

    function test_keys_are_the_regions() public {
        expectNotTheAdministrator(OPERATOR);
        vm.prank(OPERATOR);
        trust.addKey(bureau, NEW_KID, USE_CREDENTIAL, SUITE_ES256, publicKey(), START, 0);
        expectNotTheAdministrator(GUANGDONG_ADMIN);
        vm.prank(GUANGDONG_ADMIN);
        trust.revokeKey(KID, START);
    }

    function test_keys_fence_is_a_fact() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.KeyRevoked(START, KID, START - 1 days);
        revoke(KID, START - 1 days);
        vm.assertEq(trust.keyOf(KID).revokedFrom, START - 1 days);
    }

    function testFuzz_keys_fence_moves_only_earlier(uint64 current, uint64 proposed) public {
        vm.assume(current != 0);
        revoke(KID, current);
        bool moves = proposed != 0 && proposed < current;
        if (!moves) expectMovesOnlyEarlier(current, proposed);
        revoke(KID, proposed);
        vm.assertEq(trust.keyOf(KID).revokedFrom, moves ? proposed : current);
    }

    function test_a_fence_that_stays_is_no_move() public {
        revoke(KID, START);
        expectMovesOnlyEarlier(START, START);
        revoke(KID, START);
        revoke(KID, START - 1);
    }

    function test_a_fence_is_never_at_zero() public {
        expectMovesOnlyEarlier(0, 0);
        revoke(KID, 0);
    }

    function test_only_a_registered_key_has_a_fence() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UnknownKey.selector, NEW_KID));
        revoke(NEW_KID, START);
    }

    // Accreditations

    function test_accreditation_is_a_fact() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.Accredited(START, 1, bureau, LICENCE, START, 0);
        uint64 accreditation = accredit(LICENCE, START, 0);
        vm.assertEq(accreditation, 1);
        ITrustRegistry.Accreditation memory found = trust.accreditationOf(accreditation);
        vm.assertEq(found.authority, bureau);
        vm.assertEq(found.certificateType, LICENCE);
        vm.assertEq(found.starts, START);
        vm.assertEq(found.ends, 0);
    }

    function test_accreditations_are_numbered() public {
        vm.assertEq(accredit(LICENCE, START, START + 1 days), 1);
        vm.assertEq(accredit(LICENCE, START + 2 days, 0), 2);
    }

    function test_accreditation_is_for_a_registered_type() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UnknownType.selector, 9));
        accredit(9, START, 0);
    }

    function testFuzz_accreditation_has_a_period(uint64 starts, uint64 ends) public {
        if (ends != 0 && ends <= starts) expectEmptyPeriod(starts, ends);
        accredit(LICENCE, starts, ends);
    }

    function test_accreditations_are_the_regions() public {
        expectNotTheAdministrator(GUANGDONG_ADMIN);
        vm.prank(GUANGDONG_ADMIN);
        trust.accredit(bureau, LICENCE, START, 0);
        uint64 accreditation = accredit(LICENCE, START, 0);
        expectNotTheAdministrator(GUANGDONG_ADMIN);
        vm.prank(GUANGDONG_ADMIN);
        trust.endAccreditation(accreditation, START + 1 days);
    }

    function test_end_of_accreditation_is_a_fact() public {
        uint64 accreditation = accredit(LICENCE, START, 0);
        vm.expectEmit(address(trust));
        emit ITrustRegistry.AccreditationEnded(START, accreditation, START + 1 days);
        end(accreditation, START + 1 days);
        vm.assertEq(trust.accreditationOf(accreditation).ends, START + 1 days);
    }

    function testFuzz_end_of_accreditation_moves_only_earlier(uint64 current, uint64 proposed) public {
        vm.assume(current > START && proposed >= START);
        uint64 accreditation = accredit(LICENCE, START, current);
        bool moves = proposed < current;
        if (!moves) expectMovesOnlyEarlier(current, proposed);
        end(accreditation, proposed);
        vm.assertEq(trust.accreditationOf(accreditation).ends, moves ? proposed : current);
    }

    function test_an_end_that_stays_is_no_move() public {
        uint64 accreditation = accredit(LICENCE, START, START + 2);
        expectMovesOnlyEarlier(START + 2, START + 2);
        end(accreditation, START + 2);
        end(accreditation, START + 1);
    }

    function test_accreditation_can_end_where_it_starts_and_not_before() public {
        uint64 accreditation = accredit(LICENCE, START, START + 1 days);
        expectEmptyPeriod(START, START - 1);
        end(accreditation, START - 1);
        end(accreditation, START);
        vm.assertEq(trust.accreditationOf(accreditation).ends, START);
    }

    function test_accreditation_from_the_beginning_of_time_cannot_lose_its_end() public {
        uint64 accreditation = accredit(LICENCE, 0, START);
        expectMovesOnlyEarlier(START, 0);
        end(accreditation, 0);
    }

    function test_only_a_given_accreditation_can_end() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UnknownAccreditation.selector, 1));
        end(1, START);
    }
}
