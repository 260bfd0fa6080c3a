// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ITrustRegistry} from "../src/interfaces/ITrustRegistry.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @title The council's functions: regions and certificate types
contract TrustRegistryCouncilTest is World {
    uint32 private constant ANHUI = 340_000;
    uint32 private constant PERMIT = 2;
    string private constant PERMIT_CODE = "11100000MB0123456Y002";

    function registerType(uint32 number, string memory code, uint16 version, bytes32 digest) private {
        vm.prank(COUNCIL);
        trust.registerType(number, code, version, digest);
    }

    function expectEmpty(string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.Empty.selector, field));
    }

    // Regions

    function test_admitted_region_is_a_fact() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.RegionAdmitted(START, ANHUI, unicode"安徽省", STRANGER);
        admit(ANHUI, unicode"安徽省", STRANGER);
        ITrustRegistry.Region memory region = trust.regionOf(ANHUI);
        vm.assertEq(region.name, unicode"安徽省");
        vm.assertEq(region.administrator, STRANGER);
        vm.assertEq(region.admittedAt, START);
        vm.assertEq(trust.administratorOf(ANHUI), STRANGER);
    }

    function test_the_nation_can_be_admitted() public {
        admit(100_000, unicode"中华人民共和国", STRANGER);
        vm.assertEq(trust.administratorOf(100_000), STRANGER);
    }

    function testFuzz_region_codes_end_in_four_zeros(uint32 region) public {
        bool isProvince = region % 10_000 == 0 && region >= 100_000 && region <= 990_000;
        vm.assume(region != SHANGHAI && region != GUANGDONG);
        if (!isProvince) vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.NotARegionCode.selector, region));
        admit(region, "a region", STRANGER);
    }

    function testFuzz_every_province_code_can_be_admitted(uint32 seed) public {
        uint32 region = (10 + seed % 90) * 10_000;
        vm.assume(region != SHANGHAI && region != GUANGDONG);
        admit(region, "a region", STRANGER);
        vm.assertEq(trust.administratorOf(region), STRANGER);
    }

    function test_region_codes_at_either_end() public {
        admit(100_000, "the lowest", STRANGER);
        admit(990_000, "the highest", STRANGER);
        uint32[4] memory others = [uint32(90_000), 1_000_000, 310_100, 0];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.NotARegionCode.selector, others[i]));
            admit(others[i], "no province", STRANGER);
        }
    }

    function test_region_is_admitted_once() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.RegionAlreadyAdmitted.selector, SHANGHAI));
        admit(SHANGHAI, unicode"上海市", STRANGER);
    }

    function test_region_has_a_name_and_an_administrator() public {
        expectEmpty("name");
        admit(ANHUI, "", STRANGER);
        vm.expectRevert(ITrustRegistry.ZeroAddress.selector);
        admit(ANHUI, unicode"安徽省", address(0));
    }

    function test_administrator_changes_at_once() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.RegionAdministratorChanged(START, SHANGHAI, STRANGER);
        vm.prank(COUNCIL);
        trust.changeRegionAdministrator(SHANGHAI, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.NotTheAdministrator.selector, SHANGHAI, SHANGHAI_ADMIN));
        dissolve(bureau);
        vm.prank(STRANGER);
        trust.dissolveAuthority(bureau);
    }

    function test_only_an_admitted_region_changes_its_administrator() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.UnknownRegion.selector, ANHUI));
        vm.prank(COUNCIL);
        trust.changeRegionAdministrator(ANHUI, STRANGER);
    }

    function test_no_region_is_left_without_an_administrator() public {
        vm.expectRevert(ITrustRegistry.ZeroAddress.selector);
        vm.prank(COUNCIL);
        trust.changeRegionAdministrator(SHANGHAI, address(0));
    }

    function test_unknown_region_is_all_zero() public view {
        vm.assertEq(trust.regionOf(ANHUI).admittedAt, 0);
        vm.assertEq(trust.administratorOf(ANHUI), address(0));
    }

    // Types

    function test_registered_type_is_a_fact() public {
        vm.expectEmit(address(trust));
        emit ITrustRegistry.TypeRegistered(START, PERMIT, PERMIT_CODE, 1, METADATA);
        registerType(PERMIT, PERMIT_CODE, 1, METADATA);
        vm.assertEq(trust.typeCodeOf(PERMIT), PERMIT_CODE);
        vm.assertEq(trust.metadataDigestOf(PERMIT, 1), METADATA);
    }

    function test_type_gets_further_versions() public {
        bytes32 next = keccak256("version 2");
        registerType(LICENCE, LICENCE_CODE, 2, next);
        vm.assertEq(trust.metadataDigestOf(LICENCE, 1), METADATA);
        vm.assertEq(trust.metadataDigestOf(LICENCE, 2), next);
        vm.assertEq(trust.metadataDigestOf(LICENCE, 3), bytes32(0));
    }

    function test_a_version_never_changes() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.TypeVersionTaken.selector, LICENCE, 1));
        registerType(LICENCE, LICENCE_CODE, 1, keccak256("another"));
    }

    function test_a_code_belongs_to_one_number() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.TypeCodeTaken.selector, LICENCE_CODE, LICENCE));
        registerType(PERMIT, LICENCE_CODE, 1, METADATA);
    }

    function test_a_number_belongs_to_one_code() public {
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.TypeNumberTaken.selector, LICENCE, LICENCE_CODE));
        registerType(LICENCE, PERMIT_CODE, 2, METADATA);
        registerType(PERMIT, PERMIT_CODE, 1, METADATA);
        vm.expectRevert(abi.encodeWithSelector(ITrustRegistry.TypeCodeTaken.selector, PERMIT_CODE, PERMIT));
        registerType(LICENCE, PERMIT_CODE, 2, METADATA);
    }

    function test_type_has_number_code_version_and_digest() public {
        expectEmpty("certificateType");
        registerType(0, PERMIT_CODE, 1, METADATA);
        expectEmpty("code");
        registerType(PERMIT, "", 1, METADATA);
        expectEmpty("version");
        registerType(PERMIT, PERMIT_CODE, 0, METADATA);
        expectEmpty("metadataDigest");
        registerType(PERMIT, PERMIT_CODE, 1, bytes32(0));
    }

    // Nobody else

    function test_the_councils_functions_are_the_councils() public {
        expectUnauthorized(SHANGHAI_ADMIN);
        vm.prank(SHANGHAI_ADMIN);
        trust.admitRegion(ANHUI, unicode"安徽省", SHANGHAI_ADMIN);
        expectUnauthorized(SHANGHAI_ADMIN);
        vm.prank(SHANGHAI_ADMIN);
        trust.changeRegionAdministrator(GUANGDONG, SHANGHAI_ADMIN);
        expectUnauthorized(SHANGHAI_ADMIN);
        vm.prank(SHANGHAI_ADMIN);
        trust.registerType(PERMIT, PERMIT_CODE, 1, METADATA);
    }

    /// @dev What a Safe in production does: a role for one function, with a delay that gives time to object.
    function test_the_council_can_delegate_with_a_delay() public {
        uint64 role = 7;
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = ITrustRegistry.registerType.selector;
        vm.prank(COUNCIL);
        manager.setTargetFunctionRole(address(trust), selectors, role);
        vm.prank(COUNCIL);
        manager.grantRole(role, STRANGER, 1 days);

        bytes memory act = abi.encodeCall(ITrustRegistry.registerType, (PERMIT, PERMIT_CODE, 1, METADATA));
        vm.prank(STRANGER);
        manager.schedule(address(trust), act, 0);
        vm.warp(START + 1 days);
        vm.prank(STRANGER);
        manager.execute(address(trust), act);
        vm.assertEq(trust.typeCodeOf(PERMIT), PERMIT_CODE);
    }
}
