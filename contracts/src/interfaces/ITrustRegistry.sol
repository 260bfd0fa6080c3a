// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

// What a key signs: credentials, or the bureau's Token Status Lists.
uint8 constant USE_CREDENTIAL = 1;
uint8 constant USE_STATUS = 2;

// ECDSA on P-256 with SHA-256; the public key is x ‖ y, 64 octets.
uint8 constant SUITE_ES256 = 1;

/// @title Who may certify what: regions, authorities, operators, keys, certificate types, accreditations
/// @notice The council admits regions and types; a region's administrator admits and dissolves its authorities, and keeps
/// their operators, keys and accreditations. Getters return facts; whether something "is valid" is the verifier's rules'.
/// Times are Unix seconds; a period is [starts, ends), `ends` 0 means no end. A fence (`revokedFrom`) is 0 while there is
/// none; it can move earlier and never later.
/// Every event is journaled, has one topic, and begins with the block's time.
interface ITrustRegistry {
    struct Region {
        string name;
        address administrator;
        uint64 admittedAt;
    }

    struct Authority {
        uint32 region;
        uint64 registeredAt;
        uint64 dissolvedAt; // 0: not dissolved
        string creditCode;
        string name;
    }

    struct Operator {
        uint64 addedAt; // 0: never an operator of this authority
        uint64 revokedFrom; // 0: no fence
    }

    struct Key {
        uint32 authority; // 0: no such key
        uint8 use; // USE_*
        uint8 suite; // SUITE_*
        uint64 starts;
        uint64 ends;
        uint64 revokedFrom; // 0: no fence
    }

    struct Accreditation {
        uint32 authority;
        uint32 certificateType;
        uint64 starts;
        uint64 ends;
    }

    event RegionAdmitted(uint64 at, uint32 region, string name, address administrator);
    event RegionAdministratorChanged(uint64 at, uint32 region, address administrator);
    event TypeRegistered(uint64 at, uint32 certificateType, string code, uint16 version, bytes32 metadataDigest);
    event AuthorityRegistered(uint64 at, uint32 authority, uint32 region, string creditCode, string name, string url);
    event AuthorityUrlAdded(uint64 at, uint32 authority, string url);
    event AuthorityDissolved(uint64 at, uint32 authority);
    event OperatorAdded(uint64 at, uint32 authority, address operator);
    event OperatorRevoked(uint64 at, uint32 authority, address operator, uint64 revokedFrom);
    event KeyAdded(
        uint64 at, uint32 authority, bytes32 kid, uint8 use, uint8 suite, bytes publicKey, uint64 starts, uint64 ends
    );
    event KeyRevoked(uint64 at, bytes32 kid, uint64 revokedFrom);
    event Accredited(
        uint64 at, uint64 accreditation, uint32 authority, uint32 certificateType, uint64 starts, uint64 ends
    );
    event AccreditationEnded(uint64 at, uint64 accreditation, uint64 ends);

    error NotTheAdministrator(uint32 region, address account);
    error UnknownRegion(uint32 region);
    error RegionAlreadyAdmitted(uint32 region);
    error NotARegionCode(uint32 region);
    error UnknownType(uint32 certificateType);
    error TypeCodeTaken(string code, uint32 certificateType);
    error TypeNumberTaken(uint32 certificateType, string code);
    error TypeVersionTaken(uint32 certificateType, uint16 version);
    error UnknownAuthority(uint32 authority);
    error Dissolved(uint32 authority, uint64 dissolvedAt);
    error CreditCodeTaken(string creditCode, uint32 authority);
    error UrlTaken(string url, uint32 authority);
    error OperatorAlreadyAdded(uint32 authority, address operator);
    error UnknownOperator(uint32 authority, address operator);
    error KidTaken(bytes32 kid, uint32 authority);
    error UnknownKey(bytes32 kid);
    error UnknownUse(uint8 use);
    error UnknownSuite(uint8 suite);
    error KeyLengthIsNot(uint256 expected, uint256 found);
    error UnknownAccreditation(uint64 accreditation);
    error MovesOnlyEarlier(uint64 current, uint64 proposed);
    error EmptyPeriod(uint64 starts, uint64 ends);
    error Empty(string field);
    error ZeroAddress();

    // The council's

    /// @param region GB/T 2260 province code, xx0000
    function admitRegion(uint32 region, string calldata name, address administrator) external;
    function changeRegionAdministrator(uint32 region, address administrator) external;

    /// @notice Registers a version of a type. A number belongs to one code for ever, and a code to one number.
    /// @param certificateType the type's number in the catalogue, as in its metadata
    /// @param metadataDigest SHA-256 of the metadata file's octets
    function registerType(uint32 certificateType, string calldata code, uint16 version, bytes32 metadataDigest) external;

    // The region administrator's

    /// @notice Admits an authority; its number is the next.
    function registerAuthority(uint32 region, string calldata creditCode, string calldata name, string calldata url)
        external
        returns (uint32 authority);
    function addAuthorityUrl(uint32 authority, string calldata url) external;
    function dissolveAuthority(uint32 authority) external;
    function addOperator(uint32 authority, address operator) external;

    /// @notice What the operator did at or after `revokedFrom` falls. Moves earlier, never later.
    function revokeOperator(uint32 authority, address operator, uint64 revokedFrom) external;

    /// @param kid RFC 7638 SHA-256 thumbprint; that it fits `publicKey` is checked by whoever reads the event
    /// @param publicKey for SUITE_ES256 the 64 octets x ‖ y
    function addKey(
        uint32 authority,
        bytes32 kid,
        uint8 use,
        uint8 suite,
        bytes calldata publicKey,
        uint64 starts,
        uint64 ends
    ) external;

    /// @notice What was anchored with the key before `revokedFrom` stands, after falls. Moves earlier, never later.
    function revokeKey(bytes32 kid, uint64 revokedFrom) external;
    function accredit(uint32 authority, uint32 certificateType, uint64 starts, uint64 ends)
        external
        returns (uint64 accreditation);

    /// @notice Brings the end of an accreditation forward.
    function endAccreditation(uint64 accreditation, uint64 ends) external;

    // Facts

    function regionOf(uint32 region) external view returns (Region memory);

    /// @notice `regionOf` without the name, for the other registries; zero where the region is unknown.
    function administratorOf(uint32 region) external view returns (address);
    function authorityOf(uint32 authority) external view returns (Authority memory);

    /// @notice `authorityOf` without the texts, for the other registries; zeros where the authority is unknown.
    function lifeOf(uint32 authority) external view returns (uint32 region, uint64 registeredAt, uint64 dissolvedAt);
    function operatorOf(uint32 authority, address operator) external view returns (Operator memory);
    function keyOf(bytes32 kid) external view returns (Key memory);
    function accreditationOf(uint64 accreditation) external view returns (Accreditation memory);

    /// @notice Empty where the number is not registered.
    function typeCodeOf(uint32 certificateType) external view returns (string memory);
    function metadataDigestOf(uint32 certificateType, uint16 version) external view returns (bytes32);
    function authorityOfCreditCode(string calldata creditCode) external view returns (uint32);
    function authorityOfUrl(string calldata url) external view returns (uint32);
    function authorityCount() external view returns (uint32);
}
