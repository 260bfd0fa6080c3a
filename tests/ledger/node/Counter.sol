// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What the node's tests need of a contract: storage, a mapping, events, a custom error, a revert text, creation, loops.
contract Counter {
    error TooLarge(uint256 given, uint256 limit);
    event Counted(uint256 indexed total, address indexed by, bytes data);

    uint256 public total;
    mapping(address => uint256) public counts;

    function add(uint256 amount, bytes calldata data) external {
        if (amount > 100) revert TooLarge(amount, 100);
        require(amount != 0, "nothing to add");
        total += amount;
        counts[msg.sender] += amount;
        emit Counted(total, msg.sender, data);
    }

    function context() external view returns (uint256 number, uint256 time, uint256 chain, uint256 fee, bytes32 parent) {
        return (block.number, block.timestamp, block.chainid, block.basefee, blockhash(block.number - 1));
    }

    function burn() external {
        while (true) total++;
    }

    function reset() external {
        total = 0;
    }

}
