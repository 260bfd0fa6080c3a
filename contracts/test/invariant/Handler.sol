// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ICredentialRegistry} from "../../src/interfaces/ICredentialRegistry.sol";
import {IRecognitionRegistry} from "../../src/interfaces/IRecognitionRegistry.sol";
import {ITrustRegistry} from "../../src/interfaces/ITrustRegistry.sol";
import {StatusTable} from "../../src/StatusTable.sol";
import {vm} from "../Vm.sol";
import {Witness} from "./Witness.sol";

/// @title Several actors at once: operators, regions, the council and a stranger, each also at what is not theirs
/// @notice Keeps its own book of who holds which office, from the acts that went through alone, and counts the acts that went
/// through although the book says they should not. `done` tells how often each kind of act went through.
contract Handler is Witness {
    struct Office {
        uint32 region;
        address firstOperator;
        bytes32 kid;
    }

    address private constant COUNCIL = address(0xC0);
    bytes32 private constant ROOT = keccak256("root");
    uint64 private constant LATE = 7 days;

    uint256 public strangersAnchored;
    uint256 public strangersSetStatuses;
    uint256 public strangersRuled;
    uint256 public strangersRestored;
    uint256 public restorationsWithoutAFence;
    mapping(string act => uint256) public done;

    uint32[] private _authorities;
    address[] private _actors;
    mapping(uint32 authority => Office) private _offices;
    mapping(uint32 region => address) private _administrators;
    mapping(uint32 authority => mapping(address account => bool)) private _isOperator;
    mapping(uint32 authority => mapping(address account => uint64)) private _fenceOf;
    mapping(uint32 authority => address[]) private _fenced;
    mapping(uint32 authority => bool) private _isDissolved;

    constructor(Ledger memory ledger_, address[] memory actors) {
        ledger = ledger_;
        replayedHead = ledger_.journal.head();
        _actors = actors;
    }

    function open(uint32 authority, Office memory office, address administrator) external {
        _authorities.push(authority);
        _offices[authority] = office;
        _administrators[office.region] = administrator;
        _isOperator[authority][office.firstOperator] = true;
    }

    // The acts

    function anchor(uint256 who, uint256 where, uint8 ahead, uint32 count, uint256 key) external {
        uint32 authority = _authorities[where % _authorities.length];
        uint32 keyOwner = key % 4 == 0 ? _authorities[(key / 4) % _authorities.length] : authority;
        address actor = operatorOrAnyone(who, authority);
        (uint64 seq,) = ledger.credentials.totalsOf(authority);
        if (ahead % 4 == 0) seq = ahead;
        if (!tryAnchor(actor, authority, seq, count % 66_000, _offices[keyOwner].kid)) return;
        if (!mayOperate(authority, actor) || keyOwner != authority) ++strangersAnchored;
    }

    function setStatus(uint256 who, uint256 where, uint64 position, uint8 to, uint8 why, uint64 when, uint64 next)
        external
    {
        uint32 authority = _authorities[where % _authorities.length];
        (, uint64 total) = ledger.credentials.totalsOf(authority);
        if (total == 0) return;
        Place memory place = Place({authority: authority, position: position % (total < 5 ? total : 5)});
        uint8 reason = reasonOf(why);
        to = why % 8 == 0 ? to % 17 : likelyState(reason, to);
        uint64 successor = to == StatusTable.SUPERSEDED ? next % (total + 1) : (next % 8 == 0 ? 1 : 0);
        address actor = actorFor(who, authority);
        bool wentThrough = trySetStatus(actor, place, to, reason, effectiveOf(when), successor);
        if (wentThrough && !maySetStatus(authority, actor)) ++strangersSetStatuses;
        seeStatuses(place, reason, wentThrough);
    }

    /// @dev Any actor, naming any account, from the state that is there or from another.
    function restore(uint256 who, uint256 where, uint256 whom, uint64 position, uint8 to, uint8 draw) external {
        uint32 authority = _authorities[where % _authorities.length];
        (, uint64 total) = ledger.credentials.totalsOf(authority);
        if (total == 0) return;
        Place memory place = Place({authority: authority, position: position % (total < 5 ? total : 5)});
        address administrator = _administrators[_offices[authority].region];
        address actor = who % 4 == 0 ? _actors[(who / 4) % _actors.length] : administrator;
        address operator = whom % 4 == 0 ? _actors[(whom / 4) % _actors.length] : fencedOrFirst(whom, authority);
        to = draw % 4 == 0 ? to % 17 : anyState(to);
        bool wentThrough = tryRestore(actor, operator, place, to, draw);
        if (wentThrough && actor != administrator) ++strangersRestored;
        if (wentThrough && !isFenced(authority, operator)) ++restorationsWithoutAFence;
        seeRestoration(place, to, wentThrough);
    }

    function rule(uint256 who, uint256 where, uint256 whom, uint8 act, uint64 when) external {
        uint32 authority = _authorities[where % _authorities.length];
        address account = _actors[whom % _actors.length];
        address administrator = _administrators[_offices[authority].region];
        address actor = who % 2 == 0 ? administrator : _actors[who % _actors.length];
        uint64 fence = time() - 1 days + when % 4 days;
        if (!tryRule(actor, authority, account, act % 16, fence)) return;
        if (actor != administrator) ++strangersRuled;
    }

    function changeAdministrator(uint256 who, uint256 where, uint256 whom) external {
        uint32 region = _offices[_authorities[where % _authorities.length]].region;
        address successor = _actors[whom % _actors.length];
        address actor = who % 2 == 0 ? COUNCIL : _actors[who % _actors.length];
        startListening();
        vm.prank(actor);
        try ledger.trust.changeRegionAdministrator(region, successor) {
            listen();
            ++done["changeAdministrator"];
            if (actor != COUNCIL) ++strangersRuled;
            _administrators[region] = successor;
        } catch {}
    }

    function keepAgreement(uint256 who, uint256 where, uint8 act) external {
        uint32 region = _offices[_authorities[where % _authorities.length]].region;
        address administrator = _administrators[region];
        address actor = who % 2 == 0 ? administrator : _actors[who % _actors.length];
        startListening();
        vm.prank(actor);
        bytes memory data = abi.encodeWithSelector(memberAct(act), 1, region);
        (bool wentThrough,) = address(ledger.recognition).call(data);
        if (!wentThrough) return;
        listen();
        ++done["keepAgreement"];
        if (actor != administrator) ++strangersRuled;
    }

    function wait(uint64 seconds_) external {
        vm.warp(time() + seconds_ % 2 days);
    }

    // How they are tried

    function tryAnchor(address actor, uint32 authority, uint64 seq, uint32 count, bytes32 kid) private returns (bool) {
        startListening();
        vm.prank(actor);
        try ledger.credentials.anchor(authority, seq, ROOT, count, kid) returns (uint64 first) {
            listen();
            ++done["anchor"];
            seeBatch(authority, seq, first, count);
            return true;
        } catch {
            return false;
        }
    }

    function trySetStatus(address actor, Place memory place, uint8 to, uint8 reason, uint64 effective, uint64 successor)
        private
        returns (bool)
    {
        (uint32 authority, uint64 position) = (place.authority, place.position);
        uint8 from = ledger.credentials.statusOf(authority, position);
        startListening();
        vm.prank(actor);
        try ledger.credentials.setStatus(authority, position, from, to, reason, effective, successor) {
            listen();
            ++done["setStatus"];
            return true;
        } catch {
            return false;
        }
    }

    function tryRestore(address actor, address operator, Place memory place, uint8 to, uint8 draw)
        private
        returns (bool)
    {
        uint8 from = ledger.credentials.statusOf(place.authority, place.position);
        ICredentialRegistry.Restoration[] memory one = new ICredentialRegistry.Restoration[](1);
        one[0] =
            ICredentialRegistry.Restoration({position: place.position, from: draw % 8 == 7 ? from ^ 1 : from, to: to});
        startListening();
        vm.prank(actor);
        try ledger.credentials.restoreStatuses(place.authority, operator, one) {
            listen();
            ++done["restore"];
            if (StatusTable.isFinal(from)) ++done["restoreFinal"];
            return true;
        } catch {
            return false;
        }
    }

    function tryRule(address actor, uint32 authority, address account, uint8 act, uint64 fence)
        private
        returns (bool wentThrough)
    {
        bytes memory data = regionAct(authority, account, act, fence);
        startListening();
        vm.prank(actor);
        (wentThrough,) = address(ledger.trust).call(data);
        seeFence(keccak256(abi.encode(authority, account)), ledger.trust.operatorOf(authority, account).revokedFrom);
        seeFence(_offices[authority].kid, ledger.trust.keyOf(_offices[authority].kid).revokedFrom);
        if (!wentThrough) return false;
        listen();
        book(authority, account, act, fence);
    }

    function regionAct(uint32 authority, address account, uint8 act, uint64 fence) private view returns (bytes memory) {
        if (act == 0) return abi.encodeCall(ITrustRegistry.dissolveAuthority, (authority));
        if (act < 6) return abi.encodeCall(ITrustRegistry.addOperator, (authority, account));
        if (act < 11) return abi.encodeCall(ITrustRegistry.revokeOperator, (authority, account, fence));
        return abi.encodeCall(ITrustRegistry.revokeKey, (_offices[authority].kid, fence));
    }

    function book(uint32 authority, address account, uint8 act, uint64 fence) private {
        if (act == 0) {
            _isDissolved[authority] = true;
            ++done["dissolve"];
        } else if (act < 6) {
            _isOperator[authority][account] = true;
            ++done["addOperator"];
        } else if (act < 11) {
            _fenceOf[authority][account] = fence;
            _fenced[authority].push(account);
            ++done["revokeOperator"];
        } else {
            ++done["revokeKey"];
        }
    }

    // Who may

    function mayOperate(uint32 authority, address actor) private view returns (bool) {
        return _isOperator[authority][actor] && !isFenced(authority, actor) && !_isDissolved[authority];
    }

    function isFenced(uint32 authority, address account) private view returns (bool) {
        uint64 fence = _fenceOf[authority][account];
        return fence != 0 && fence <= time();
    }

    function maySetStatus(uint32 authority, address actor) private view returns (bool) {
        if (_isDissolved[authority]) return actor == _administrators[_offices[authority].region];
        return mayOperate(authority, actor);
    }

    function time() private view returns (uint64) {
        return uint64(block.timestamp);
    }

    // What is likely to go through, most of the time

    function operatorOrAnyone(uint256 who, uint32 authority) private view returns (address) {
        return who % 3 == 0 ? _actors[(who / 3) % _actors.length] : _offices[authority].firstOperator;
    }

    function fencedOrFirst(uint256 whom, uint32 authority) private view returns (address) {
        address[] storage fenced = _fenced[authority];
        return fenced.length == 0 ? _offices[authority].firstOperator : fenced[whom % fenced.length];
    }

    function actorFor(uint256 who, uint32 authority) private view returns (address) {
        bool isTheRegions = _isDissolved[authority] && who % 3 == 1;
        return isTheRegions ? _administrators[_offices[authority].region] : operatorOrAnyone(who, authority);
    }

    function effectiveOf(uint64 when) private view returns (uint64) {
        return time() + 1 - when % (LATE + 1 days);
    }

    function reasonOf(uint8 why) private pure returns (uint8) {
        uint8[16] memory reasons = [1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 21, 22, 32, 33, 34, 35];
        return why % 16 == 0 ? why : reasons[(why / 16) % 16];
    }

    function anyState(uint8 draw) private pure returns (uint8) {
        uint8[7] memory states = [0x0, 0x1, 0x2, 0x3, 0xC, 0xD, 0xE];
        return states[draw % 7];
    }

    function memberAct(uint8 act) private pure returns (bytes4) {
        if (act % 16 == 15) return IRecognitionRegistry.withdraw.selector;
        if (act % 3 == 0) return IRecognitionRegistry.ratify.selector;
        return act % 3 == 1 ? IRecognitionRegistry.suspend.selector : IRecognitionRegistry.resume.selector;
    }

    function likelyState(uint8 reason, uint8 otherwise) private pure returns (uint8) {
        if (reason >= 1 && reason <= 5) return StatusTable.INVALID;
        if (reason == 16) return StatusTable.SUSPENDED;
        if (reason == 17) return StatusTable.LAPSED;
        if (reason == 18) return StatusTable.TRANSFERRED_OUT;
        if (reason == 19) return StatusTable.FROZEN;
        if (reason >= 20 && reason <= 22) return StatusTable.SUPERSEDED;
        return otherwise % 2 == 0 ? StatusTable.VALID : otherwise % 16;
    }
}
