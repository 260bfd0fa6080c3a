// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ITrustRegistry} from "../src/interfaces/ITrustRegistry.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @title The region administrator's functions: authorities and their operators
contract TrustRegistryAuthorityTest is World {
    string private constant OTHER_CODE = "11310000MB2F30052K";
    string private constant OTHER_URL = "https://issuer.example/other";

    function register(string memory creditCode, string memory name, string memory url) private returns (uint32) {
        vm.prank(SHANGHAI_ADMIN);
        return trust.registerAuthority(SHANGHAI, creditCode, name, url);
    }

    function addUrl(string memory url) private {
        vm.prank(SHANGHAI_ADMIN);
        trust.addAuthorityUrl(bureau, url);
    }

    function expectEmpty(string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.Empty.selector, field));
    }

    function expectNotTheAdministrator(address account) private {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.NotTheAdministrator.selector, SHANGHAI, account));
    }

    function expectDissolved() private {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.Dissolved.selector, bureau, START));
    }

    function expectUnknownAuthority(uint32 authority) private {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UnknownAuthority.selector, authority));
    }

    function expectMovesOnlyEarlier(uint64 current, uint64 proposed) private {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.MovesOnlyEarlier.selector, current, proposed));
    }

    // Authorities

    function test_registered_authority_is_a_fact() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.AuthorityRegistered(START, 2, SHANGHAI, OTHER_CODE, unicode"浦东新区", OTHER_URL);
        uint32 authority = register(OTHER_CODE, unicode"浦东新区", OTHER_URL);
        vm.assertEq(authority, 2);
        vm.assertEq(trust.authorityCount(), 2);
        vm.assertEq(trust.authorityOfCreditCode(OTHER_CODE), authority);
        vm.assertEq(trust.authorityOfUrl(OTHER_URL), authority);
        ITrustRegistry.Authority memory found = trust.authorityOf(authority);
        vm.assertEq(found.region, SHANGHAI);
        vm.assertEq(found.registeredAt, START);
        vm.assertEq(found.dissolvedAt, 0);
        vm.assertEq(found.creditCode, OTHER_CODE);
        vm.assertEq(found.name, unicode"浦东新区");
    }

    function test_authority_is_admitted_by_its_regions_administrator() public {
        expectNotTheAdministrator(GUANGDONG_ADMIN);
        vm.prank(GUANGDONG_ADMIN);
        trust.registerAuthority(SHANGHAI, OTHER_CODE, "a bureau", OTHER_URL);
        expectNotTheAdministrator(COUNCIL);
        vm.prank(COUNCIL);
        trust.registerAuthority(SHANGHAI, OTHER_CODE, "a bureau", OTHER_URL);
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UnknownRegion.selector, UNKNOWN));
        vm.prank(SHANGHAI_ADMIN);
        trust.registerAuthority(UNKNOWN, OTHER_CODE, "a bureau", OTHER_URL);
    }

    function test_authority_has_code_name_and_url() public {
        expectEmpty("creditCode");
        register("", "a bureau", OTHER_URL);
        expectEmpty("name");
        register(OTHER_CODE, "", OTHER_URL);
        expectEmpty("url");
        register(OTHER_CODE, "a bureau", "");
    }

    function test_credit_code_is_never_given_to_another() public {
        dissolve(bureau);
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.CreditCodeTaken.selector, CREDIT_CODE, bureau));
        vm.prank(GUANGDONG_ADMIN);
        trust.registerAuthority(GUANGDONG, CREDIT_CODE, "a bureau", OTHER_URL);
    }

    function test_url_is_never_given_to_another() public {
        dissolve(bureau);
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UrlTaken.selector, URL, bureau));
        vm.prank(GUANGDONG_ADMIN);
        trust.registerAuthority(GUANGDONG, OTHER_CODE, "a bureau", URL);
    }

    function test_authority_keeps_its_earlier_urls() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.AuthorityUrlAdded(START, bureau, OTHER_URL);
        addUrl(OTHER_URL);
        vm.assertEq(trust.authorityOfUrl(URL), bureau);
        vm.assertEq(trust.authorityOfUrl(OTHER_URL), bureau);
    }

    function test_url_is_added_once() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UrlTaken.selector, URL, bureau));
        addUrl(URL);
        expectEmpty("url");
        addUrl("");
    }

    function test_dissolution_is_a_fact() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.AuthorityDissolved(START, bureau);
        dissolve(bureau);
        (uint32 region, uint64 registeredAt, uint64 dissolvedAt) = trust.lifeOf(bureau);
        vm.assertEq(region, SHANGHAI);
        vm.assertEq(registeredAt, START);
        vm.assertEq(dissolvedAt, START);
        vm.assertEq(trust.authorityOf(bureau).dissolvedAt, START);
    }

    function test_a_dissolved_authority_gets_nothing_new() public {
        dissolve(bureau);
        expectDissolved();
        dissolve(bureau);
        expectDissolved();
        addUrl(OTHER_URL);
        expectDissolved();
        addOperator(bureau, STRANGER);
        expectDissolved();
        addKey(bureau, keccak256("another key"), 1);
        expectDissolved();
        vm.prank(SHANGHAI_ADMIN);
        trust.accredit(bureau, LICENCE, START, 0);
    }

    function test_fences_still_move_after_dissolution() public {
        dissolve(bureau);
        revokeOperator(bureau, OPERATOR, START);
        vm.prank(SHANGHAI_ADMIN);
        trust.revokeKey(KID, START);
        vm.assertEq(trust.operatorOf(bureau, OPERATOR).revokedFrom, START);
        vm.assertEq(trust.keyOf(KID).revokedFrom, START);
    }

    function test_unknown_authority_has_no_acts() public {
        expectUnknownAuthority(UNKNOWN);
        dissolve(UNKNOWN);
        expectUnknownAuthority(0);
        addOperator(0, STRANGER);
        expectUnknownAuthority(UNKNOWN);
        revokeOperator(UNKNOWN, OPERATOR, START);
        vm.assertEq(trust.authorityOf(UNKNOWN).registeredAt, 0);
    }

    function test_another_region_cannot_touch_the_authority() public {
        expectNotTheAdministrator(GUANGDONG_ADMIN);
        vm.prank(GUANGDONG_ADMIN);
        trust.dissolveAuthority(bureau);
        expectNotTheAdministrator(GUANGDONG_ADMIN);
        vm.prank(GUANGDONG_ADMIN);
        trust.addAuthorityUrl(bureau, OTHER_URL);
        expectNotTheAdministrator(GUANGDONG_ADMIN);
        vm.prank(GUANGDONG_ADMIN);
        trust.addOperator(bureau, GUANGDONG_ADMIN);
        expectNotTheAdministrator(GUANGDONG_ADMIN);
        vm.prank(GUANGDONG_ADMIN);
        trust.revokeOperator(bureau, OPERATOR, START);
    }

    // Operators

    function test_added_operator_is_a_fact() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.OperatorAdded(START, bureau, STRANGER);
        addOperator(bureau, STRANGER);
        vm.assertEq(trust.operatorOf(bureau, STRANGER).addedAt, START);
        vm.assertEq(trust.operatorOf(bureau, STRANGER).revokedFrom, 0);
    }

    function test_operator_serves_the_authorities_it_was_added_to() public {
        uint32 other = registerAuthority("other");
        vm.assertEq(trust.operatorOf(other, OPERATOR).addedAt, 0);
        addOperator(other, OPERATOR);
        vm.assertEq(trust.operatorOf(other, OPERATOR).addedAt, START);
    }

    function test_operator_is_added_once_even_after_its_fence() public {
        revokeOperator(bureau, OPERATOR, START);
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.OperatorAlreadyAdded.selector, bureau, OPERATOR));
        addOperator(bureau, OPERATOR);
    }

    function test_operator_is_an_account() public {
        vm.expectRevert(ITrustRegistry.ZeroAddress.selector);
        addOperator(bureau, address(0));
    }

    function test_operators_fence_is_a_fact() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.OperatorRevoked(START, bureau, OPERATOR, START + 1 days);
        revokeOperator(bureau, OPERATOR, START + 1 days);
        vm.assertEq(trust.operatorOf(bureau, OPERATOR).revokedFrom, START + 1 days);
    }

    function testFuzz_operators_fence_moves_only_earlier(uint64 current, uint64 proposed) public {
        vm.assume(current != 0);
        revokeOperator(bureau, OPERATOR, current);
        bool moves = proposed != 0 && proposed < current;
        if (!moves) expectMovesOnlyEarlier(current, proposed);
        revokeOperator(bureau, OPERATOR, proposed);
        vm.assertEq(trust.operatorOf(bureau, OPERATOR).revokedFrom, moves ? proposed : current);
    }

    function test_a_fence_that_stays_is_no_move() public {
        revokeOperator(bureau, OPERATOR, START);
        expectMovesOnlyEarlier(START, START);
        revokeOperator(bureau, OPERATOR, START);
        revokeOperator(bureau, OPERATOR, START - 1);
    }

    function test_a_fence_is_never_at_zero() public {
        expectMovesOnlyEarlier(0, 0);
        revokeOperator(bureau, OPERATOR, 0);
    }

    function test_only_an_operator_has_a_fence() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UnknownOperator.selector, bureau, STRANGER));
        revokeOperator(bureau, STRANGER, START);
    }
}
