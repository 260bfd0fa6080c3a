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
/// The council's acts revert for anyone else with OpenZeppelin's `AccessManagedUnauthorized`.
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

    /// @notice A region takes part, and its administrator acts for it.
    /// @param region GB/T 2260 province code, xx0000
    event RegionAdmitted(uint64 at, uint32 region, string name, address administrator);
    /// @notice Another account acts for the region from now on, and the one before no longer.
    event RegionAdministratorChanged(uint64 at, uint32 region, address administrator);
    /// @notice A version of a certificate type counts.
    /// @param certificateType its number in the catalogue
    /// @param code its name in metadata and credentials
    /// @param metadataDigest SHA-256 of the metadata file's octets
    event TypeRegistered(uint64 at, uint32 certificateType, string code, uint16 version, bytes32 metadataDigest);
    /// @notice An authority is admitted by its region.
    /// @param authority its number; the first is 1
    /// @param creditCode its 统一社会信用代码 (GB 32100)
    /// @param url the `iss` of its credentials
    event AuthorityRegistered(uint64 at, uint32 authority, uint32 region, string creditCode, string name, string url);
    /// @notice An authority has one more URL; it keeps the earlier ones.
    event AuthorityUrlAdded(uint64 at, uint32 authority, string url);
    /// @notice An authority is dissolved for good.
    /// @param at the block's time: when it was dissolved
    event AuthorityDissolved(uint64 at, uint32 authority);
    /// @notice An account may act for an authority from now on.
    event OperatorAdded(uint64 at, uint32 authority, address operator);
    /// @notice An operator has a fence, or an earlier one.
    /// @param revokedFrom what it did then or later falls, Unix seconds
    event OperatorRevoked(uint64 at, uint32 authority, address operator, uint64 revokedFrom);
    /// @notice A key is an authority's. This event alone holds the public key.
    /// @param kid RFC 7638 SHA-256 thumbprint
    /// @param use USE_*
    /// @param suite SUITE_*
    /// @param publicKey for SUITE_ES256 the 64 octets x ‖ y
    /// @param starts first moment, Unix seconds
    /// @param ends first moment after, 0: no end
    event KeyAdded(
        uint64 at, uint32 authority, bytes32 kid, uint8 use, uint8 suite, bytes publicKey, uint64 starts, uint64 ends
    );
    /// @notice A key has a fence, or an earlier one.
    /// @param revokedFrom what was anchored with it then or later falls, Unix seconds
    event KeyRevoked(uint64 at, bytes32 kid, uint64 revokedFrom);
    /// @notice An authority may certify a type for a period.
    /// @param accreditation its number; the first is 1
    /// @param starts first moment, Unix seconds
    /// @param ends first moment after, 0: no end
    event Accredited(
        uint64 at, uint64 accreditation, uint32 authority, uint32 certificateType, uint64 starts, uint64 ends
    );
    /// @notice An accreditation's end was brought forward.
    /// @param ends first moment after, Unix seconds
    event AccreditationEnded(uint64 at, uint64 accreditation, uint64 ends);

    /// @notice Only the administrator of the region acts for it and for its authorities.
    error NotTheAdministrator(uint32 region, address account);
    /// @notice The council has not admitted this region.
    error UnknownRegion(uint32 region);
    /// @notice A region is admitted once; its administrator is changed by `changeRegionAdministrator`.
    error RegionAlreadyAdmitted(uint32 region);
    /// @notice Not one of the codes 100000 to 990000 that end in four zeros.
    error NotARegionCode(uint32 region);
    /// @notice The council has not registered this certificate type.
    error UnknownType(uint32 certificateType);
    /// @notice The code belongs to the number that is named, for ever.
    error TypeCodeTaken(string code, uint32 certificateType);
    /// @notice The number belongs to the code that is named, for ever.
    error TypeNumberTaken(uint32 certificateType, string code);
    /// @notice The version is registered, and its digest never changes.
    error TypeVersionTaken(uint32 certificateType, uint16 version);
    /// @notice No authority has this number.
    error UnknownAuthority(uint32 authority);
    /// @notice A dissolved authority is given nothing new. `dissolvedAt` in Unix seconds.
    error Dissolved(uint32 authority, uint64 dissolvedAt);
    /// @notice The credit code is the named authority's, dissolved or not.
    error CreditCodeTaken(string creditCode, uint32 authority);
    /// @notice The URL is the named authority's, dissolved or not: also where it is the same one's.
    error UrlTaken(string url, uint32 authority);
    /// @notice An account is added once for each authority: a fence is not lifted by adding it again.
    error OperatorAlreadyAdded(uint32 authority, address operator);
    /// @notice The account was never an operator of this authority.
    error UnknownOperator(uint32 authority, address operator);
    /// @notice The key is the named authority's, revoked or not.
    error KidTaken(bytes32 kid, uint32 authority);
    /// @notice No key has this thumbprint.
    error UnknownKey(bytes32 kid);
    /// @notice Not one of USE_*.
    error UnknownUse(uint8 use);
    /// @notice Not one of SUITE_*.
    error UnknownSuite(uint8 suite);
    /// @notice The public key does not have its suite's length, in octets.
    error KeyLengthIsNot(uint256 expected, uint256 found);
    /// @notice No accreditation has this number.
    error UnknownAccreditation(uint64 accreditation);
    /// @notice A fence or an end can be set where there is none (`current` 0), and then move earlier only; 0 is no time
    /// to set.
    error MovesOnlyEarlier(uint64 current, uint64 proposed);
    /// @notice The period ends when it starts, or before.
    error EmptyPeriod(uint64 starts, uint64 ends);
    /// @notice The named argument is empty, or 0.
    error Empty(string field);
    /// @notice Nobody has the account 0.
    error ZeroAddress();

    // The council's

    /// @notice Admits a region, once and for ever. Council only. Reverts for what is no code of a region, one that is
    /// admitted, an empty name and the account 0.
    /// @param region GB/T 2260 province code, xx0000; 100000 is the nation
    /// @param name as people read it, 广东省
    /// @param administrator the account that acts for the region
    function admitRegion(uint32 region, string calldata name, address administrator) external;

    /// @notice Lets another account act for a region, at once; the one before can do nothing for it any more. Council
    /// only. Reverts for an unknown region and the account 0.
    function changeRegionAdministrator(uint32 region, address administrator) external;

    /// @notice Registers a version of a type. A number belongs to one code for ever, and a code to one number. Council
    /// only. Reverts where number, code or version is taken, and for 0 or an empty code.
    /// @param certificateType the type's number in the catalogue, as in its metadata
    /// @param code its name in metadata and credentials
    /// @param version at least 1; a version's digest never changes
    /// @param metadataDigest SHA-256 of the metadata file's octets
    function registerType(uint32 certificateType, string calldata code, uint16 version, bytes32 metadataDigest) external;

    // The region administrator's

    /// @notice Admits an authority; its number is the next. Only the region's administrator. Reverts for an empty text,
    /// and for a credit code or URL that any authority has.
    /// @param creditCode its 统一社会信用代码 (GB 32100); its form is not looked at
    /// @param url the `iss` of its credentials
    /// @return authority its number; the first is 1
    function registerAuthority(uint32 region, string calldata creditCode, string calldata name, string calldata url)
        external
        returns (uint32 authority);

    /// @notice Gives an authority one more URL; it keeps the earlier ones. Only the administrator of the authority's
    /// region. Reverts for a dissolved authority, and an empty or taken URL.
    function addAuthorityUrl(uint32 authority, string calldata url) external;

    /// @notice Dissolves an authority for good: it anchors nothing any more, and its region's administrator keeps its
    /// statuses. Only the administrator of the authority's region. Reverts where it is dissolved.
    function dissolveAuthority(uint32 authority) external;

    /// @notice Lets an account anchor and set statuses for an authority, from now on. Only the administrator of the
    /// authority's region. Reverts for a dissolved authority, the account 0, and an account that was ever added to it.
    function addOperator(uint32 authority, address operator) external;

    /// @notice What the operator did at or after `revokedFrom` falls. Moves earlier, never later. Only the
    /// administrator of the authority's region, also of a dissolved one's. Reverts for an account that was never added.
    /// @param revokedFrom Unix seconds, past or to come
    function revokeOperator(uint32 authority, address operator, uint64 revokedFrom) external;

    /// @notice Gives an authority a key. Only the administrator of the authority's region. Reverts for a dissolved
    /// authority, a `kid` that is 0 or that any authority has, revoked or not, an unknown use or suite, a public key of
    /// another length, and an empty period.
    /// @param kid RFC 7638 SHA-256 thumbprint; that it fits `publicKey` is checked by whoever reads the event
    /// @param use USE_*
    /// @param suite SUITE_*
    /// @param publicKey for SUITE_ES256 the 64 octets x ‖ y
    /// @param starts first moment, Unix seconds
    /// @param ends first moment after, 0: no end
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
    /// Only the administrator of the authority's region, also of a dissolved one's. Reverts for an unknown key.
    /// @param revokedFrom Unix seconds, past or to come
    function revokeKey(bytes32 kid, uint64 revokedFrom) external;

    /// @notice Lets an authority certify a type for a period. Only the administrator of the authority's region. Reverts
    /// for a dissolved authority, an unregistered type and an empty period.
    /// @param starts first moment, Unix seconds
    /// @param ends first moment after, 0: no end
    /// @return accreditation its number; the first is 1
    function accredit(uint32 authority, uint32 certificateType, uint64 starts, uint64 ends)
        external
        returns (uint64 accreditation);

    /// @notice Brings the end of an accreditation forward. Only the administrator of the authority's region, also of a
    /// dissolved one's. Reverts for an unknown accreditation, and where the end that is there is no later.
    /// @param ends first moment after, Unix seconds, not before its start; at its start it never held
    function endAccreditation(uint64 accreditation, uint64 ends) external;

    // Facts

    /// @notice A region as admitted; zeros where it is unknown.
    function regionOf(uint32 region) external view returns (Region memory);

    /// @notice `regionOf` without the name, for the other registries; zero where the region is unknown.
    function administratorOf(uint32 region) external view returns (address);

    /// @notice An authority as registered, and when it was dissolved; zeros where it is unknown. Its URLs are in events
    /// alone.
    function authorityOf(uint32 authority) external view returns (Authority memory);

    /// @notice `authorityOf` without the texts, for the other registries; zeros where the authority is unknown.
    function lifeOf(uint32 authority) external view returns (uint32 region, uint64 registeredAt, uint64 dissolvedAt);

    /// @notice Since when an account is an operator of the authority, and its fence; zeros where it never was.
    function operatorOf(uint32 authority, address operator) external view returns (Operator memory);

    /// @notice A key's authority, use, period and fence; zeros where it is unknown. The public key is in KeyAdded
    /// alone.
    function keyOf(bytes32 kid) external view returns (Key memory);

    /// @notice An accreditation as it stands; zeros where it is unknown.
    function accreditationOf(uint64 accreditation) external view returns (Accreditation memory);

    /// @notice The code of a type; empty where the number is not registered.
    function typeCodeOf(uint32 certificateType) external view returns (string memory);

    /// @notice SHA-256 of the octets of a version's metadata file; 0 where it is not registered.
    function metadataDigestOf(uint32 certificateType, uint16 version) external view returns (bytes32);

    /// @notice The number of the authority with this credit code, dissolved or not; 0 where there is none.
    function authorityOfCreditCode(string calldata creditCode) external view returns (uint32);

    /// @notice The number of the authority that has this URL, octet for octet, dissolved or not; 0 where there is none.
    function authorityOfUrl(string calldata url) external view returns (uint32);

    /// @notice How many authorities were registered: the highest number.
    function authorityCount() external view returns (uint32);
}
