// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {Journaled} from "../Journaled.sol";
import {ITrustRegistry} from "../interfaces/ITrustRegistry.sol";
import {Requirements} from "./Requirements.sol";

/// @title The types of certificates that the council has registered
abstract contract CertificateTypes is ITrustRegistry, Journaled, AccessManaged {
    struct CertificateType {
        string code;
        mapping(uint16 version => bytes32) metadataDigests;
    }

    mapping(uint32 certificateType => CertificateType) private _types;
    mapping(bytes32 codeHash => uint32 certificateType) private _typeOfCode;

    /// @inheritdoc ITrustRegistry
    function registerType(uint32 certificateType, string calldata code, uint16 version, bytes32 metadataDigest)
        external
        restricted
    {
        if (certificateType == 0) revert Empty("certificateType");
        if (version == 0) revert Empty("version");
        if (metadataDigest == 0) revert Empty("metadataDigest");
        Requirements.text(code, "code");
        _bindTypeCode(certificateType, code);
        CertificateType storage registered = _types[certificateType];
        if (registered.metadataDigests[version] != 0) revert TypeVersionTaken(certificateType, version);
        registered.metadataDigests[version] = metadataDigest;
        _record(TypeRegistered.selector, abi.encode(_now(), certificateType, code, version, metadataDigest));
    }

    /// @inheritdoc ITrustRegistry
    function typeCodeOf(uint32 certificateType) external view returns (string memory) {
        return _types[certificateType].code;
    }

    /// @inheritdoc ITrustRegistry
    function metadataDigestOf(uint32 certificateType, uint16 version) external view returns (bytes32) {
        return _types[certificateType].metadataDigests[version];
    }

    function _checkType(uint32 certificateType) internal view {
        if (bytes(_types[certificateType].code).length == 0) revert UnknownType(certificateType);
    }

    /// @dev The first version binds number and code to each other for ever.
    function _bindTypeCode(uint32 certificateType, string calldata code) private {
        uint32 owner = _typeOfCode[keccak256(bytes(code))];
        if (owner == certificateType) return;
        if (owner != 0) revert TypeCodeTaken(code, owner);
        CertificateType storage registered = _types[certificateType];
        if (bytes(registered.code).length != 0) revert TypeNumberTaken(certificateType, registered.code);
        _typeOfCode[keccak256(bytes(code))] = certificateType;
        registered.code = code;
    }
}
