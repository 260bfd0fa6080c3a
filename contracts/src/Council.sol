// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

// The council is the admin of OpenZeppelin's AccessManager, used as it is: imported so that its artifact is built with ours.
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
