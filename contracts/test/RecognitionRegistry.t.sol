// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IRecognitionRegistry} from "../src/interfaces/IRecognitionRegistry.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract RecognitionRegistryTest is World {
    bytes32 private constant DOCUMENT = keccak256("the signed document");
    uint64 private constant ENDS = START + 365 days;

    function members() private pure returns (IRecognitionRegistry.Member[] memory list) {
        list = new IRecognitionRegistry.Member[](2);
        list[0] = IRecognitionRegistry.Member({region: SHANGHAI, issues: true, recognises: false});
        list[1] = IRecognitionRegistry.Member({region: GUANGDONG, issues: false, recognises: true});
    }

    function types() private pure returns (uint32[] memory list) {
        list = new uint32[](1);
        list[0] = LICENCE;
    }

    function propose() private returns (uint32) {
        return proposeTerms(types(), START, ENDS, members());
    }

    function proposeTypes(uint32[] memory certificateTypes) private returns (uint32) {
        return proposeTerms(certificateTypes, START, ENDS, members());
    }

    function proposeMembers(IRecognitionRegistry.Member[] memory list) private returns (uint32) {
        return proposeTerms(types(), START, ENDS, list);
    }

    function proposeTerms(
        uint32[] memory certificateTypes,
        uint64 starts,
        uint64 ends,
        IRecognitionRegistry.Member[] memory list
    ) private returns (uint32) {
        vm.prank(SHANGHAI_ADMIN);
        return recognition.propose(SHANGHAI, DOCUMENT, certificateTypes, starts, ends, list);
    }

    function ratified() private returns (uint32 agreement) {
        agreement = propose();
        vm.prank(GUANGDONG_ADMIN);
        recognition.ratify(agreement, GUANGDONG);
    }

    function membership(uint32 agreement) private view returns (IRecognitionRegistry.Membership memory) {
        return recognition.membershipOf(agreement, GUANGDONG);
    }

    function expectOf(bytes4 selector, uint32 agreement, uint32 region) private {
        vm.expectRevert(abi.encodeWithSelector(selector, agreement, region));
    }

    function expectNotTheAdministrator(uint32 region, address account) private {
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.NotTheAdministrator.selector, region, account));
    }

    // Proposals

    function test_proposal_is_a_fact() public {
        vm.expectEmit(address(recognition));
        emit IRecognitionRegistry.AgreementProposed(START, 1, SHANGHAI, DOCUMENT, types(), START, ENDS, members());
        uint32 agreement = propose();
        vm.assertEq(agreement, 1);
        vm.assertEq(recognition.agreementCount(), 1);
        vm.assertEq(recognition.documentDigestOf(agreement), DOCUMENT);
        vm.assertTrue(recognition.membershipOf(agreement, SHANGHAI).issues);
        vm.assertFalse(recognition.membershipOf(agreement, SHANGHAI).recognises);
        vm.assertFalse(membership(agreement).issues);
        vm.assertTrue(membership(agreement).recognises);
    }

    function test_proposal_binds_nobody_until_ratified() public {
        uint32 agreement = propose();
        vm.assertEq(membership(agreement).ratifiedAt, 0);
        vm.assertEq(recognition.membershipOf(agreement, SHANGHAI).ratifiedAt, 0);
    }

    function test_an_amendment_is_a_new_agreement() public {
        ratified();
        vm.assertEq(propose(), 2);
        vm.assertEq(membership(2).ratifiedAt, 0);
    }

    function test_proposal_is_made_by_the_proposers_administrator() public {
        expectNotTheAdministrator(SHANGHAI, GUANGDONG_ADMIN);
        vm.prank(GUANGDONG_ADMIN);
        recognition.propose(SHANGHAI, DOCUMENT, types(), START, ENDS, members());
    }

    function test_proposer_is_a_member() public {
        admit(340_000, unicode"安徽省", STRANGER);
        expectOf(IRecognitionRegistry.NotAMember.selector, 1, 340_000);
        vm.prank(STRANGER);
        recognition.propose(340_000, DOCUMENT, types(), START, ENDS, members());
    }

    function test_proposal_names_a_document() public {
        vm.expectRevert(IRecognitionRegistry.NoDocument.selector);
        vm.prank(SHANGHAI_ADMIN);
        recognition.propose(SHANGHAI, bytes32(0), types(), START, ENDS, members());
    }

    function testFuzz_agreement_has_a_period(uint64 starts, uint64 ends) public {
        if (ends != 0 && ends <= starts) {
            vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.EmptyPeriod.selector, starts, ends));
        }
        proposeTerms(types(), starts, ends, members());
    }

    function test_a_period_of_no_length_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.EmptyPeriod.selector, START, START));
        proposeTerms(types(), START, START, members());
        proposeTerms(types(), START, START + 1, members());
    }

    // Types

    function registerTypes(uint32 count) private returns (uint32[] memory list) {
        list = new uint32[](count);
        for (uint32 i = 0; i < count; ++i) {
            list[i] = 100 + i;
            vm.prank(COUNCIL);
            trust.registerType(list[i], string(abi.encode(i)), 1, METADATA);
        }
    }

    function test_agreement_has_types() public {
        vm.expectRevert(IRecognitionRegistry.NoTypes.selector);
        proposeTypes(new uint32[](0));
    }

    function test_agreement_has_at_most_64_types() public {
        proposeTypes(registerTypes(64));
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.TooManyTypes.selector, 65));
        proposeTypes(new uint32[](65));
    }

    function testFuzz_agreement_names_a_type_once(uint32 first, uint32 second) public {
        uint32[] memory list = registerTypes(64);
        vm.assume(first % 64 != second % 64);
        list[first % 64] = list[second % 64];
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.TypeTwice.selector, list[second % 64]));
        proposeTypes(list);
    }

    function test_agreement_names_a_type_once_also_side_by_side() public {
        uint32[] memory list = new uint32[](2);
        (list[0], list[1]) = (LICENCE, LICENCE);
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.TypeTwice.selector, LICENCE));
        proposeTypes(list);
    }

    function test_agreement_names_registered_types() public {
        uint32[] memory list = types();
        list[0] = 9;
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.UnknownType.selector, 9));
        proposeTypes(list);
    }

    // Members

    function admitRegions(uint32 count) private returns (IRecognitionRegistry.Member[] memory list) {
        list = new IRecognitionRegistry.Member[](count);
        list[0] = members()[0];
        uint32 region = 990_000;
        for (uint32 i = 1; i < count; ++i) {
            if (region == SHANGHAI || region == GUANGDONG) region -= 10_000;
            admit(region, "a region", STRANGER);
            list[i] = IRecognitionRegistry.Member({region: region, issues: true, recognises: true});
            region -= 10_000;
        }
    }

    function test_agreement_has_2_to_64_members() public {
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.TooFewMembers.selector, 1));
        proposeMembers(new IRecognitionRegistry.Member[](1));
        proposeMembers(admitRegions(64));
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.TooManyMembers.selector, 65));
        proposeMembers(new IRecognitionRegistry.Member[](65));
    }

    function test_agreement_names_a_member_once() public {
        IRecognitionRegistry.Member[] memory list = members();
        list[1].region = SHANGHAI;
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.MemberTwice.selector, SHANGHAI));
        proposeMembers(list);
    }

    function test_a_member_issues_or_recognises() public {
        IRecognitionRegistry.Member[] memory list = members();
        list[1].recognises = false;
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.MemberWithoutPart.selector, GUANGDONG));
        proposeMembers(list);
    }

    function test_a_member_is_an_admitted_region() public {
        IRecognitionRegistry.Member[] memory list = members();
        list[1].region = UNKNOWN;
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.UnknownRegion.selector, UNKNOWN));
        proposeMembers(list);
    }

    // A member's acts

    function test_ratification_is_a_fact() public {
        uint32 agreement = propose();
        vm.warp(START + 5);
        vm.expectEmit(address(recognition));
        emit IRecognitionRegistry.AgreementRatified(START + 5, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.ratify(agreement, GUANGDONG);
        vm.assertEq(membership(agreement).ratifiedAt, START + 5);
        vm.assertEq(recognition.membershipOf(agreement, SHANGHAI).ratifiedAt, 0);
    }

    function test_suspension_is_reversible() public {
        uint32 agreement = ratified();
        vm.expectEmit(address(recognition));
        emit IRecognitionRegistry.AgreementSuspended(START, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.suspend(agreement, GUANGDONG);
        vm.assertTrue(membership(agreement).suspended);
        vm.expectEmit(address(recognition));
        emit IRecognitionRegistry.AgreementResumed(START, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.resume(agreement, GUANGDONG);
        vm.assertFalse(membership(agreement).suspended);
    }

    function test_withdrawal_is_final() public {
        uint32 agreement = ratified();
        vm.expectEmit(address(recognition));
        emit IRecognitionRegistry.AgreementWithdrawn(START, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.withdraw(agreement, GUANGDONG);
        vm.assertEq(membership(agreement).withdrawnAt, START);
        expectAllRefused(agreement, IRecognitionRegistry.Withdrawn.selector);
        expectOf(IRecognitionRegistry.AlreadyRatified.selector, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.ratify(agreement, GUANGDONG);
    }

    function test_a_suspended_member_can_withdraw() public {
        uint32 agreement = ratified();
        vm.prank(GUANGDONG_ADMIN);
        recognition.suspend(agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.withdraw(agreement, GUANGDONG);
        vm.assertEq(membership(agreement).withdrawnAt, START);
    }

    function test_a_member_acts_only_after_ratifying() public {
        expectAllRefused(propose(), IRecognitionRegistry.NotRatified.selector);
    }

    function test_nobody_acts_on_an_unknown_agreement() public {
        uint32[3] memory unknown = [uint32(0), 2, UNKNOWN];
        ratified();
        for (uint256 i = 0; i < unknown.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.UnknownAgreement.selector, unknown[i]));
            vm.prank(GUANGDONG_ADMIN);
            recognition.ratify(unknown[i], GUANGDONG);
        }
    }

    function test_only_members_act() public {
        admit(340_000, unicode"安徽省", STRANGER);
        uint32 agreement = propose();
        expectOf(IRecognitionRegistry.NotAMember.selector, agreement, 340_000);
        vm.prank(STRANGER);
        recognition.ratify(agreement, 340_000);
    }

    function test_a_member_ratifies_once() public {
        uint32 agreement = ratified();
        expectOf(IRecognitionRegistry.AlreadyRatified.selector, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.ratify(agreement, GUANGDONG);
    }

    function test_suspensions_alternate_with_resumptions() public {
        uint32 agreement = ratified();
        expectOf(IRecognitionRegistry.NotSuspended.selector, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.resume(agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.suspend(agreement, GUANGDONG);
        expectOf(IRecognitionRegistry.AlreadySuspended.selector, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.suspend(agreement, GUANGDONG);
    }

    function test_a_region_acts_through_its_own_administrator() public {
        uint32 agreement = propose();
        expectNotTheAdministrator(GUANGDONG, SHANGHAI_ADMIN);
        vm.prank(SHANGHAI_ADMIN);
        recognition.ratify(agreement, GUANGDONG);
        expectNotTheAdministrator(GUANGDONG, SHANGHAI_ADMIN);
        vm.prank(SHANGHAI_ADMIN);
        recognition.suspend(agreement, GUANGDONG);
        expectNotTheAdministrator(GUANGDONG, SHANGHAI_ADMIN);
        vm.prank(SHANGHAI_ADMIN);
        recognition.resume(agreement, GUANGDONG);
        expectNotTheAdministrator(GUANGDONG, SHANGHAI_ADMIN);
        vm.prank(SHANGHAI_ADMIN);
        recognition.withdraw(agreement, GUANGDONG);
    }

    /// @dev Suspending, resuming and withdrawing are refused with `selector`.
    function expectAllRefused(uint32 agreement, bytes4 selector) private {
        expectOf(selector, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.suspend(agreement, GUANGDONG);
        expectOf(selector, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.resume(agreement, GUANGDONG);
        expectOf(selector, agreement, GUANGDONG);
        vm.prank(GUANGDONG_ADMIN);
        recognition.withdraw(agreement, GUANGDONG);
    }
}
