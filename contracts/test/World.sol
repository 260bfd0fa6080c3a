// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {CredentialRegistry} from "../src/CredentialRegistry.sol";
import {Journal} from "../src/Journal.sol";
import {RecognitionRegistry} from "../src/RecognitionRegistry.sol";
import {TrustRegistry} from "../src/TrustRegistry.sol";
import {ICredentialRegistry} from "../src/interfaces/ICredentialRegistry.sol";
import {SUITE_ES256, USE_CREDENTIAL} from "../src/interfaces/ITrustRegistry.sol";
import {vm} from "./Vm.sol";

/// @title The deployed ledger that a test changes one thing of
/// @notice Two regions, one type, one authority of Shanghai with an operator and a key. Every act is sent by its own actor.
abstract contract World {
    uint64 internal constant START = 1_800_000_000;
    bytes32 internal constant NETWORK_ID = keccak256("a network for tests");

    address internal constant COUNCIL = address(0xC0);
    address internal constant SHANGHAI_ADMIN = address(0x31);
    address internal constant GUANGDONG_ADMIN = address(0x44);
    address internal constant OPERATOR = address(0x0A);
    address internal constant STRANGER = address(0x57);

    uint32 internal constant SHANGHAI = 310_000;
    uint32 internal constant GUANGDONG = 440_000;
    uint32 internal constant UNKNOWN = 999;

    uint32 internal constant LICENCE = 1;
    string internal constant LICENCE_CODE = "11100000MB0123456Y001";
    bytes32 internal constant METADATA = keccak256("metadata of the licence");

    string internal constant CREDIT_CODE = "11310000MB2F30046Q";
    string internal constant URL = "https://issuer.example/shanghai";
    bytes32 internal constant KID = keccak256("the bureau's key");

    AccessManager internal manager;
    Journal internal journal;
    TrustRegistry internal trust;
    CredentialRegistry internal credentials;
    RecognitionRegistry internal recognition;

    uint32 internal bureau;

    function setUp() public virtual {
        vm.warp(START);
        deploy();
        populate();
    }

    function deploy() internal {
        manager = new AccessManager(COUNCIL);
        journal = new Journal(address(manager), NETWORK_ID);
        trust = new TrustRegistry(address(manager), journal);
        credentials = new CredentialRegistry(journal, trust);
        recognition = new RecognitionRegistry(journal, trust);
        address[3] memory registries = [address(trust), address(credentials), address(recognition)];
        for (uint256 i = 0; i < registries.length; ++i) {
            vm.prank(COUNCIL);
            journal.addWriter(registries[i]);
        }
    }

    function populate() internal {
        admit(SHANGHAI, unicode"上海市", SHANGHAI_ADMIN);
        admit(GUANGDONG, unicode"广东省", GUANGDONG_ADMIN);
        vm.prank(COUNCIL);
        trust.registerType(LICENCE, LICENCE_CODE, 1, METADATA);
        vm.prank(SHANGHAI_ADMIN);
        bureau = trust.registerAuthority(SHANGHAI, CREDIT_CODE, unicode"上海市市场监督管理局", URL);
        addOperator(bureau, OPERATOR);
        addKey(bureau, KID, USE_CREDENTIAL);
    }

    // Acts of the usual actors

    function admit(uint32 region, string memory name, address administrator) internal {
        vm.prank(COUNCIL);
        trust.admitRegion(region, name, administrator);
    }

    /// @dev Another authority of Shanghai; `tag` makes its codes unique.
    function registerAuthority(string memory tag) internal returns (uint32) {
        vm.prank(SHANGHAI_ADMIN);
        return trust.registerAuthority(SHANGHAI, tag, tag, string.concat("https://issuer.example/", tag));
    }

    function dissolve(uint32 authority) internal {
        vm.prank(SHANGHAI_ADMIN);
        trust.dissolveAuthority(authority);
    }

    function addOperator(uint32 authority, address operator) internal {
        vm.prank(SHANGHAI_ADMIN);
        trust.addOperator(authority, operator);
    }

    function revokeOperator(uint32 authority, address operator, uint64 revokedFrom) internal {
        vm.prank(SHANGHAI_ADMIN);
        trust.revokeOperator(authority, operator, revokedFrom);
    }

    /// @dev One position, by the region.
    function restore(uint32 authority, address operator, uint64 position, uint8 from, uint8 to) internal {
        ICredentialRegistry.Restoration[] memory one = new ICredentialRegistry.Restoration[](1);
        one[0] = ICredentialRegistry.Restoration({position: position, from: from, to: to});
        vm.prank(SHANGHAI_ADMIN);
        credentials.restoreStatuses(authority, operator, one);
    }

    function addKey(uint32 authority, bytes32 kid, uint8 use) internal {
        vm.prank(SHANGHAI_ADMIN);
        trust.addKey(authority, kid, use, SUITE_ES256, publicKey(), START, START + 365 days);
    }

    function anchor(uint64 seq, uint32 count) internal returns (uint64 first) {
        vm.prank(OPERATOR);
        return credentials.anchor(bureau, seq, keccak256(abi.encode("root", seq)), count, KID);
    }

    function publicKey() internal pure returns (bytes memory) {
        return abi.encodePacked(keccak256("x"), keccak256("y"));
    }

    // What a refusal looks like

    function expectUnauthorized(address caller) internal {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
    }
}
