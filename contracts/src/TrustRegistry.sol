// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {Journaled} from "./Journaled.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {ITrustRegistry, SUITE_ES256, USE_CREDENTIAL, USE_STATUS} from "./interfaces/ITrustRegistry.sol";

/// @title Who may certify what
/// @notice Owns regions, types, authorities, operators, keys and accreditations; leaves batches and agreements to the other
/// registries, and every judgement to the verifier.
contract TrustRegistry is ITrustRegistry, Journaled, AccessManaged {
    uint256 private constant _ES256_KEY_LENGTH = 64;

    struct CertificateType {
        string code;
        mapping(uint16 version => bytes32) metadataDigests;
    }

    mapping(uint32 region => Region) private _regions;
    mapping(uint32 certificateType => CertificateType) private _types;
    mapping(bytes32 codeHash => uint32 certificateType) private _typeOfCode;

    uint32 private _authorityCount;
    mapping(uint32 authority => Authority) private _authorities;
    mapping(bytes32 creditCodeHash => uint32 authority) private _authorityOfCreditCode;
    mapping(bytes32 urlHash => uint32 authority) private _authorityOfUrl;
    mapping(uint32 authority => mapping(address account => Operator)) private _operators;

    mapping(bytes32 kid => Key) private _keys;

    uint64 private _accreditationCount;
    mapping(uint64 accreditation => Accreditation) private _accreditations;

    constructor(address accessManager, IJournal journal_) Journaled(journal_) AccessManaged(accessManager) {}

    modifier onlyAdministratorOf(uint32 region) {
        _checkAdministrator(region);
        _;
    }

    /// @dev For acts that give an authority something new: it must not be dissolved.
    modifier onlyForStanding(uint32 authority) {
        _checkAdministrator(_existing(authority).region);
        uint64 dissolvedAt = _authorities[authority].dissolvedAt;
        if (dissolvedAt != 0) revert Dissolved(authority, dissolvedAt);
        _;
    }

    // The council's

    /// @inheritdoc ITrustRegistry
    function admitRegion(uint32 region, string calldata name, address administrator) external restricted {
        if (region % 10_000 != 0 || region < 100_000 || region > 990_000) revert NotARegionCode(region);
        if (_regions[region].admittedAt != 0) revert RegionAlreadyAdmitted(region);
        _requireText(name, "name");
        _requireAccount(administrator);
        _regions[region] = Region({name: name, administrator: administrator, admittedAt: _now()});
        _record(RegionAdmitted.selector, abi.encode(_now(), region, name, administrator));
    }

    /// @inheritdoc ITrustRegistry
    function changeRegionAdministrator(uint32 region, address administrator) external restricted {
        if (_regions[region].admittedAt == 0) revert UnknownRegion(region);
        _requireAccount(administrator);
        _regions[region].administrator = administrator;
        _record(RegionAdministratorChanged.selector, abi.encode(_now(), region, administrator));
    }

    /// @inheritdoc ITrustRegistry
    function registerType(uint32 certificateType, string calldata code, uint16 version, bytes32 metadataDigest)
        external
        restricted
    {
        if (certificateType == 0) revert Empty("certificateType");
        if (version == 0) revert Empty("version");
        if (metadataDigest == 0) revert Empty("metadataDigest");
        _requireText(code, "code");
        _bindTypeCode(certificateType, code);
        CertificateType storage registered = _types[certificateType];
        if (registered.metadataDigests[version] != 0) revert TypeVersionTaken(certificateType, version);
        registered.metadataDigests[version] = metadataDigest;
        _record(TypeRegistered.selector, abi.encode(_now(), certificateType, code, version, metadataDigest));
    }

    // The region administrator's

    /// @inheritdoc ITrustRegistry
    function registerAuthority(uint32 region, string calldata creditCode, string calldata name, string calldata url)
        external
        onlyAdministratorOf(region)
        returns (uint32 authority)
    {
        _requireText(creditCode, "creditCode");
        _requireText(name, "name");
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
        _requireAccount(operator);
        if (_operators[authority][operator].addedAt != 0) revert OperatorAlreadyAdded(authority, operator);
        _operators[authority][operator].addedAt = _now();
        _record(OperatorAdded.selector, abi.encode(_now(), authority, operator));
    }

    /// @inheritdoc ITrustRegistry
    function revokeOperator(uint32 authority, address operator, uint64 revokedFrom) external {
        _checkAdministrator(_existing(authority).region);
        Operator storage found = _operators[authority][operator];
        if (found.addedAt == 0) revert UnknownOperator(authority, operator);
        _requireEarlier(found.revokedFrom, revokedFrom);
        found.revokedFrom = revokedFrom;
        _record(OperatorRevoked.selector, abi.encode(_now(), authority, operator, revokedFrom));
    }

    /// @inheritdoc ITrustRegistry
    function addKey(
        uint32 authority,
        bytes32 kid,
        uint8 use,
        uint8 suite,
        bytes calldata publicKey,
        uint64 starts,
        uint64 ends
    ) external onlyForStanding(authority) {
        if (kid == 0) revert Empty("kid");
        if (_keys[kid].authority != 0) revert KidTaken(kid, _keys[kid].authority);
        if (use != USE_CREDENTIAL && use != USE_STATUS) revert UnknownUse(use);
        if (suite != SUITE_ES256) revert UnknownSuite(suite);
        if (publicKey.length != _ES256_KEY_LENGTH) revert KeyLengthIsNot(_ES256_KEY_LENGTH, publicKey.length);
        _requirePeriod(starts, ends);
        _keys[kid] = Key({authority: authority, use: use, suite: suite, starts: starts, ends: ends, revokedFrom: 0});
        _record(KeyAdded.selector, abi.encode(_now(), authority, kid, use, suite, publicKey, starts, ends));
    }

    /// @inheritdoc ITrustRegistry
    function revokeKey(bytes32 kid, uint64 revokedFrom) external {
        Key storage found = _keys[kid];
        if (found.authority == 0) revert UnknownKey(kid);
        _checkAdministrator(_authorities[found.authority].region);
        _requireEarlier(found.revokedFrom, revokedFrom);
        found.revokedFrom = revokedFrom;
        _record(KeyRevoked.selector, abi.encode(_now(), kid, revokedFrom));
    }

    /// @inheritdoc ITrustRegistry
    function accredit(uint32 authority, uint32 certificateType, uint64 starts, uint64 ends)
        external
        onlyForStanding(authority)
        returns (uint64 accreditation)
    {
        if (bytes(_types[certificateType].code).length == 0) revert UnknownType(certificateType);
        _requirePeriod(starts, ends);
        accreditation = ++_accreditationCount;
        _accreditations[accreditation] =
            Accreditation({authority: authority, certificateType: certificateType, starts: starts, ends: ends});
        _record(Accredited.selector, abi.encode(_now(), accreditation, authority, certificateType, starts, ends));
    }

    /// @inheritdoc ITrustRegistry
    function endAccreditation(uint64 accreditation, uint64 ends) external {
        Accreditation storage found = _accreditations[accreditation];
        if (found.authority == 0) revert UnknownAccreditation(accreditation);
        _checkAdministrator(_authorities[found.authority].region);
        if (ends < found.starts) revert EmptyPeriod(found.starts, ends);
        _requireEarlier(found.ends, ends);
        found.ends = ends;
        _record(AccreditationEnded.selector, abi.encode(_now(), accreditation, ends));
    }

    // Facts

    /// @inheritdoc ITrustRegistry
    function regionOf(uint32 region) external view returns (Region memory) {
        return _regions[region];
    }

    /// @inheritdoc ITrustRegistry
    function administratorOf(uint32 region) external view returns (address) {
        return _regions[region].administrator;
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
    function keyOf(bytes32 kid) external view returns (Key memory) {
        return _keys[kid];
    }

    /// @inheritdoc ITrustRegistry
    function accreditationOf(uint64 accreditation) external view returns (Accreditation memory) {
        return _accreditations[accreditation];
    }

    /// @inheritdoc ITrustRegistry
    function typeCodeOf(uint32 certificateType) external view returns (string memory) {
        return _types[certificateType].code;
    }

    /// @inheritdoc ITrustRegistry
    function metadataDigestOf(uint32 certificateType, uint16 version) external view returns (bytes32) {
        return _types[certificateType].metadataDigests[version];
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

    // Shared checks

    function _checkAdministrator(uint32 region) private view {
        if (_regions[region].admittedAt == 0) revert UnknownRegion(region);
        if (_regions[region].administrator != msg.sender) revert NotTheAdministrator(region, msg.sender);
    }

    function _existing(uint32 authority) private view returns (Authority storage found) {
        found = _authorities[authority];
        if (found.registeredAt == 0) revert UnknownAuthority(authority);
    }

    /// @dev The first version binds number and code to each other for ever.
    function _bindTypeCode(uint32 certificateType, string calldata code) private {
        uint32 owner = _typeOfCode[_hash(code)];
        if (owner == certificateType) return;
        if (owner != 0) revert TypeCodeTaken(code, owner);
        CertificateType storage registered = _types[certificateType];
        if (bytes(registered.code).length != 0) revert TypeNumberTaken(certificateType, registered.code);
        _typeOfCode[_hash(code)] = certificateType;
        registered.code = code;
    }

    function _takeCreditCode(uint32 authority, string calldata creditCode) private {
        uint32 owner = _authorityOfCreditCode[_hash(creditCode)];
        if (owner != 0) revert CreditCodeTaken(creditCode, owner);
        _authorityOfCreditCode[_hash(creditCode)] = authority;
    }

    function _takeUrl(uint32 authority, string calldata url) private {
        _requireText(url, "url");
        uint32 owner = _authorityOfUrl[_hash(url)];
        if (owner != 0) revert UrlTaken(url, owner);
        _authorityOfUrl[_hash(url)] = authority;
    }

    function _hash(string calldata text) private pure returns (bytes32) {
        return keccak256(bytes(text));
    }

    function _requireText(string calldata text, string memory field) private pure {
        if (bytes(text).length == 0) revert Empty(field);
    }

    function _requireAccount(address account) private pure {
        if (account == address(0)) revert ZeroAddress();
    }

    function _requirePeriod(uint64 starts, uint64 ends) private pure {
        if (ends != 0 && ends <= starts) revert EmptyPeriod(starts, ends);
    }

    /// @dev A time of 0 stands for "none", so it is neither earlier nor a time to set.
    function _requireEarlier(uint64 current, uint64 proposed) private pure {
        bool isEarlier = current == 0 || proposed < current;
        if (proposed == 0 || !isEarlier) revert MovesOnlyEarlier(current, proposed);
    }
}
