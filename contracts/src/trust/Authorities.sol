// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ITrustRegistry} from "../interfaces/ITrustRegistry.sol";
import {Regions} from "./Regions.sol";
import {Requirements} from "./Requirements.sol";

/// @title The authorities that a region's administrator has admitted, their URLs and their operators
abstract contract Authorities is Regions {
    uint32 private _authorityCount;
    mapping(uint32 authority => Authority) private _authorities;
    mapping(bytes32 creditCodeHash => uint32 authority) private _authorityOfCreditCode;
    mapping(bytes32 urlHash => uint32 authority) private _authorityOfUrl;
    mapping(uint32 authority => mapping(address account => Operator)) private _operators;

    /// @dev For acts that give an authority something new: it must not be dissolved.
    modifier onlyForStanding(uint32 authority) {
        _checkAdministratorOf(authority);
        uint64 dissolvedAt = _authorities[authority].dissolvedAt;
        if (dissolvedAt != 0) revert Dissolved(authority, dissolvedAt);
        _;
    }

    /// @inheritdoc ITrustRegistry
    function registerAuthority(uint32 region, string calldata creditCode, string calldata name, string calldata url)
        external
        returns (uint32 authority)
    {
        _checkAdministrator(region);
        Requirements.text(creditCode, "creditCode");
        Requirements.text(name, "name");
        authority = ++_authorityCount;
        _takeCreditCode(authority, creditCode);
        _takeUrl(authority, url);
        _authorities[authority] =
            Authority({region: region, registeredAt: _now(), dissolvedAt: 0, creditCode: creditCode, name: name});
        _record(AuthorityRegistered.selector, abi.encode(_now(), authority, region, creditCode, name, url));
    }

    /// @inheritdoc ITrustRegistry
    function addAuthorityUrl(uint32 authority, string calldata url) external onlyForStanding(authority) {
        _takeUrl(authority, url);
        _record(AuthorityUrlAdded.selector, abi.encode(_now(), authority, url));
    }

    /// @inheritdoc ITrustRegistry
    function dissolveAuthority(uint32 authority) external onlyForStanding(authority) {
        _authorities[authority].dissolvedAt = _now();
        _record(AuthorityDissolved.selector, abi.encode(_now(), authority));
    }

    /// @inheritdoc ITrustRegistry
    function addOperator(uint32 authority, address operator) external onlyForStanding(authority) {
        Requirements.account(operator);
        if (_operators[authority][operator].addedAt != 0) revert OperatorAlreadyAdded(authority, operator);
        _operators[authority][operator].addedAt = _now();
        _record(OperatorAdded.selector, abi.encode(_now(), authority, operator));
    }

    /// @inheritdoc ITrustRegistry
    function revokeOperator(uint32 authority, address operator, uint64 revokedFrom) external {
        _checkAdministratorOf(authority);
        Operator storage found = _operators[authority][operator];
        if (found.addedAt == 0) revert UnknownOperator(authority, operator);
        Requirements.earlier(found.revokedFrom, revokedFrom);
        found.revokedFrom = revokedFrom;
        _record(OperatorRevoked.selector, abi.encode(_now(), authority, operator, revokedFrom));
    }

    /// @inheritdoc ITrustRegistry
    function authorityOf(uint32 authority) external view returns (Authority memory) {
        return _authorities[authority];
    }

    /// @inheritdoc ITrustRegistry
    function lifeOf(uint32 authority) external view returns (uint32 region, uint64 registeredAt, uint64 dissolvedAt) {
        Authority storage found = _authorities[authority];
        return (found.region, found.registeredAt, found.dissolvedAt);
    }

    /// @inheritdoc ITrustRegistry
    function operatorOf(uint32 authority, address operator) external view returns (Operator memory) {
        return _operators[authority][operator];
    }

    /// @inheritdoc ITrustRegistry
    function authorityOfCreditCode(string calldata creditCode) external view returns (uint32) {
        return _authorityOfCreditCode[_hash(creditCode)];
    }

    /// @inheritdoc ITrustRegistry
    function authorityOfUrl(string calldata url) external view returns (uint32) {
        return _authorityOfUrl[_hash(url)];
    }

    /// @inheritdoc ITrustRegistry
    function authorityCount() external view returns (uint32) {
        return _authorityCount;
    }

    /// @dev The authority exists, and the sender is its region's administrator.
    function _checkAdministratorOf(uint32 authority) internal view {
        if (_authorities[authority].registeredAt == 0) revert UnknownAuthority(authority);
        _checkAdministrator(_authorities[authority].region);
    }

    function _takeCreditCode(uint32 authority, string calldata creditCode) private {
        uint32 owner = _authorityOfCreditCode[_hash(creditCode)];
        if (owner != 0) revert CreditCodeTaken(creditCode, owner);
        _authorityOfCreditCode[_hash(creditCode)] = authority;
    }

    function _takeUrl(uint32 authority, string calldata url) private {
        Requirements.text(url, "url");
        uint32 owner = _authorityOfUrl[_hash(url)];
        if (owner != 0) revert UrlTaken(url, owner);
        _authorityOfUrl[_hash(url)] = authority;
    }

    function _hash(string calldata text) private pure returns (bytes32) {
        return keccak256(bytes(text));
    }
}
