// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {Journaled} from "./Journaled.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {ITrustRegistry, SUITE_ES256, USE_CREDENTIAL, USE_STATUS} from "./interfaces/ITrustRegistry.sol";
import {Authorities} from "./trust/Authorities.sol";
import {CertificateTypes} from "./trust/CertificateTypes.sol";
import {Requirements} from "./trust/Requirements.sol";

/// @title Who may certify what
/// @notice Owns keys and accreditations, and by inheritance regions, types, authorities and operators; leaves batches and
/// agreements to the other registries, and every judgement to the verifier.
contract TrustRegistry is Authorities, CertificateTypes {
    uint256 private constant _ES256_KEY_LENGTH = 64;

    mapping(bytes32 kid => Key) private _keys;
    uint64 private _accreditationCount;
    mapping(uint64 accreditation => Accreditation) private _accreditations;

    constructor(address accessManager, IJournal journal_) Journaled(journal_) AccessManaged(accessManager) {}

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
        Requirements.period(starts, ends);
        _keys[kid] = Key({authority: authority, use: use, suite: suite, starts: starts, ends: ends, revokedFrom: 0});
        _record(KeyAdded.selector, abi.encode(_now(), authority, kid, use, suite, publicKey, starts, ends));
    }

    /// @inheritdoc ITrustRegistry
    function revokeKey(bytes32 kid, uint64 revokedFrom) external {
        Key storage found = _keys[kid];
        if (found.authority == 0) revert UnknownKey(kid);
        _checkAdministratorOf(found.authority);
        Requirements.earlier(found.revokedFrom, revokedFrom);
        found.revokedFrom = revokedFrom;
        _record(KeyRevoked.selector, abi.encode(_now(), kid, revokedFrom));
    }

    /// @inheritdoc ITrustRegistry
    function accredit(uint32 authority, uint32 certificateType, uint64 starts, uint64 ends)
        external
        onlyForStanding(authority)
        returns (uint64 accreditation)
    {
        _checkType(certificateType);
        Requirements.period(starts, ends);
        accreditation = ++_accreditationCount;
        _accreditations[accreditation] =
            Accreditation({authority: authority, certificateType: certificateType, starts: starts, ends: ends});
        _record(Accredited.selector, abi.encode(_now(), accreditation, authority, certificateType, starts, ends));
    }

    /// @inheritdoc ITrustRegistry
    function endAccreditation(uint64 accreditation, uint64 ends) external {
        Accreditation storage found = _accreditations[accreditation];
        if (found.authority == 0) revert UnknownAccreditation(accreditation);
        _checkAdministratorOf(found.authority);
        if (ends < found.starts) revert EmptyPeriod(found.starts, ends);
        Requirements.earlier(found.ends, ends);
        found.ends = ends;
        _record(AccreditationEnded.selector, abi.encode(_now(), accreditation, ends));
    }

    /// @inheritdoc ITrustRegistry
    function keyOf(bytes32 kid) external view returns (Key memory) {
        return _keys[kid];
    }

    /// @inheritdoc ITrustRegistry
    function accreditationOf(uint64 accreditation) external view returns (Accreditation memory) {
        return _accreditations[accreditation];
    }
}
