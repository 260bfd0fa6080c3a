// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {DueActs, ISafe} from "../src/DueActs.sol";
import {IJournal} from "../src/interfaces/IJournal.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

interface ISafeFactory {
    function createProxyWithNonce(address singleton, bytes memory initializer, uint256 saltNonce)
        external
        returns (address);
}

/// @dev What the tests ask of the Safe.
interface ISafeOfOne is ISafe {
    function setup(
        address[] calldata owners,
        uint256 threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address payable paymentReceiver
    ) external;
    function execTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes memory signatures
    ) external returns (bool);
    function isModuleEnabled(address module) external view returns (bool);
    function changeThreshold(uint256 threshold) external;
}

/// @title What the module makes a real Safe do, and what it does not
/// @notice A Safe of one member (the bytecode that deployments use) is the manager's admin, with a delay, and may admit
/// regions without one.
contract DueActsTest is World {
    uint32 private constant DELAY = 3 days;
    uint64 private constant ADMITTING = 1;
    address private constant MEMBER = address(0x11);
    address private constant WRITER = address(0x22);

    ISafeOfOne private safe;
    DueActs private due;

    function setUp() public override {
        super.setUp();
        address singleton = create("SafeL2");
        ISafeFactory factory = ISafeFactory(create("SafeProxyFactory"));
        address predicted = computed(singleton, address(factory));
        due = new DueActs(ISafe(predicted), manager);
        safe = ISafeOfOne(factory.createProxyWithNonce(singleton, initializer(), 0));
        vm.assertEq(address(safe), predicted);
        vm.startPrank(COUNCIL);
        bytes4[] memory admitting = new bytes4[](1);
        admitting[0] = trust.admitRegion.selector;
        manager.setTargetFunctionRole(address(trust), admitting, ADMITTING);
        manager.grantRole(ADMITTING, address(safe), 0);
        manager.grantRole(manager.ADMIN_ROLE(), address(safe), DELAY);
        vm.stopPrank();
    }

    function test_it_is_the_module_of_its_safe() public view {
        vm.assertTrue(safe.isModuleEnabled(address(due)));
        vm.assertEq(address(due.safe()), address(safe));
        vm.assertEq(address(due.manager()), address(manager));
    }

    function test_anybody_executes_a_due_act() public {
        scheduleWriter();
        vm.warp(START + DELAY);
        vm.prank(STRANGER);
        due.execute(address(journal), addWriter());
        vm.assertTrue(journal.isWriter(WRITER));
    }

    function testFuzz_an_act_is_executed_in_its_week_only(uint256 seed) public {
        uint256 later = seed % 2 weeks;
        scheduleWriter();
        vm.warp(START + later);
        bool inTime = later >= DELAY && later < DELAY + 1 weeks;
        try due.execute(address(journal), addWriter()) {
            vm.assertTrue(inTime);
        } catch {
            vm.assertFalse(inTime);
        }
        vm.assertEq(journal.isWriter(WRITER), inTime);
    }

    function test_not_a_second_too_early() public {
        scheduleWriter();
        vm.warp(START + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, operation(addWriter())));
        due.execute(address(journal), addWriter());
    }

    function test_the_last_second_and_the_one_after() public {
        scheduleWriter();
        vm.warp(START + DELAY + 1 weeks);
        expectNotScheduled(addWriter());
        due.execute(address(journal), addWriter());
        vm.warp(START + DELAY + 1 weeks - 1);
        due.execute(address(journal), addWriter());
    }

    function test_an_act_is_executed_once() public {
        scheduleWriter();
        vm.warp(START + DELAY);
        due.execute(address(journal), addWriter());
        expectNotScheduled(addWriter());
        due.execute(address(journal), addWriter());
    }

    function test_a_cancelled_act_is_not_executed() public {
        scheduleWriter();
        bySafe(address(manager), abi.encodeCall(manager.cancel, (address(safe), address(journal), addWriter())));
        vm.warp(START + DELAY);
        expectNotScheduled(addWriter());
        due.execute(address(journal), addWriter());
    }

    function test_what_needs_no_delay_is_not_executed() public {
        bytes memory admission = abi.encodeCall(trust.admitRegion, (340_000, "a region", STRANGER));
        bytes32 id = manager.hashOperation(address(safe), address(trust), admission);
        vm.expectRevert(abi.encodeWithSelector(DueActs.NotScheduled.selector, id));
        due.execute(address(trust), admission);
        bySafe(address(manager), abi.encodeCall(manager.execute, (address(trust), admission)));
        vm.assertEq(trust.administratorOf(340_000), STRANGER);
    }

    function test_what_another_scheduled_is_not_executed() public {
        vm.startPrank(COUNCIL);
        manager.grantRole(manager.ADMIN_ROLE(), STRANGER, DELAY);
        vm.stopPrank();
        vm.prank(STRANGER);
        manager.schedule(address(journal), addWriter(), 0);
        vm.warp(START + DELAY);
        expectNotScheduled(addWriter());
        due.execute(address(journal), addWriter());
    }

    function test_the_safes_own_functions_are_out_of_reach() public {
        bytes memory change = abi.encodeCall(safe.changeThreshold, (1));
        bytes32 id = manager.hashOperation(address(safe), address(safe), change);
        vm.expectRevert(abi.encodeWithSelector(DueActs.NotScheduled.selector, id));
        due.execute(address(safe), change);
    }

    function test_an_act_fails_with_its_own_error() public {
        bytes memory retirement = abi.encodeCall(journal.retireWriter, (STRANGER));
        bySafe(address(manager), abi.encodeCall(manager.schedule, (address(journal), retirement, 0)));
        vm.warp(START + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IJournal.NotAWriter.selector, STRANGER));
        due.execute(address(journal), retirement);
    }

    function test_it_is_enabled_in_a_safes_setup_only() public {
        vm.expectRevert();
        due.enable();
    }

    function scheduleWriter() private {
        bySafe(address(manager), abi.encodeCall(manager.schedule, (address(journal), addWriter(), 0)));
    }

    /// @dev A member that sends its own Safe's transaction needs no signature: v = 1 says so.
    function bySafe(address to, bytes memory data) private {
        bytes memory consent = abi.encodePacked(uint256(uint160(MEMBER)), uint256(0), uint8(1));
        vm.prank(MEMBER);
        safe.execTransaction(to, 0, data, 0, 0, 0, 0, address(0), payable(0), consent);
    }

    function expectNotScheduled(bytes memory data) private {
        vm.expectRevert(abi.encodeWithSelector(DueActs.NotScheduled.selector, operation(data)));
    }

    function operation(bytes memory data) private view returns (bytes32) {
        return manager.hashOperation(address(safe), address(journal), data);
    }

    function addWriter() private view returns (bytes memory) {
        return abi.encodeCall(journal.addWriter, (WRITER));
    }

    function initializer() private view returns (bytes memory) {
        address[] memory members = new address[](1);
        members[0] = MEMBER;
        bytes memory enabling = abi.encodeCall(DueActs.enable, ());
        return
            abi.encodeCall(
                ISafeOfOne.setup, (members, 1, address(due), enabling, address(0), address(0), 0, payable(0))
            );
    }

    /// @dev Where the factory will put the Safe, whose module has to know it before: the module's own address comes next.
    function computed(address singleton, address factory) private returns (address) {
        due = DueActs(next());
        bytes32 salt = keccak256(abi.encodePacked(keccak256(initializer()), uint256(0)));
        bytes32 code = keccak256(abi.encodePacked(bytecode("SafeProxy"), uint256(uint160(singleton))));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), factory, salt, code)))));
    }

    /// @dev The address of the next contract that this one creates.
    function next() private view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
    }

    function create(string memory name) private returns (address created) {
        bytes memory code = bytecode(name);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
        }
        vm.assertTrue(created != address(0));
    }

    function bytecode(string memory name) private view returns (bytes memory) {
        string memory json = vm.readFile(string.concat("artifacts/", name, ".json"));
        return abi.decode(vm.parseJson(json, ".bytecode"), (bytes));
    }
}
