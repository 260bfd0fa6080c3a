// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {Journaled} from "../Journaled.sol";
import {ITrustRegistry} from "../interfaces/ITrustRegistry.sol";
import {Requirements} from "./Requirements.sol";

/// @title The regions that the council has admitted, and who acts for them
abstract contract Regions is ITrustRegistry, Journaled, AccessManaged {
    mapping(uint32 region => Region) private _regions;

    /// @inheritdoc ITrustRegistry
    function admitRegion(uint32 region, string calldata name, address administrator) external restricted {
        if (region % 10_000 != 0 || region < 100_000 || region > 990_000) revert NotARegionCode(region);
        if (_regions[region].admittedAt != 0) revert RegionAlreadyAdmitted(region);
        Requirements.text(name, "name");
        Requirements.account(administrator);
        _regions[region] = Region({name: name, administrator: administrator, admittedAt: _now()});
        _record(RegionAdmitted.selector, abi.encode(_now(), region, name, administrator));
    }

    /// @inheritdoc ITrustRegistry
    function changeRegionAdministrator(uint32 region, address administrator) external restricted {
        if (_regions[region].admittedAt == 0) revert UnknownRegion(region);
        Requirements.account(administrator);
        _regions[region].administrator = administrator;
        _record(RegionAdministratorChanged.selector, abi.encode(_now(), region, administrator));
    }

    /// @inheritdoc ITrustRegistry
    function regionOf(uint32 region) external view returns (Region memory) {
        return _regions[region];
    }

    /// @inheritdoc ITrustRegistry
    function administratorOf(uint32 region) external view returns (address) {
        return _regions[region].administrator;
    }

    function _checkAdministrator(uint32 region) internal view {
        if (_regions[region].admittedAt == 0) revert UnknownRegion(region);
        if (_regions[region].administrator != msg.sender) revert NotTheAdministrator(region, msg.sender);
    }
}
