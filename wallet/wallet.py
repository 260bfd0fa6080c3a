"""The holder's wallet: what is held and being collected, and what is done with it. A change is saved before it counts.

The procedure of accepting:
  1  read the offer, make a fresh key, save both; an offer that is being collected already goes on with its key
  2  ask the issuer one thing at a time, saving each answer before the next question; codes that it refuses are erased
  3  check what arrived: form, claims, key, seed; then origin, by the ledger's facts
  4  keep it, or refuse it and say why

What it checks by may be renewed (renewing.py); all that is held is then to be checked anew, by a replica that begins
from the new network file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from credential import Catalogue, SigningKey, base64url
from ledger import LedgerError, NetworkFile, Replica
from wallet import collecting
from wallet.checking import check_form, check_origin
from wallet.contents import Collection, Contents, Held, Trust, decode, encode
from wallet.errors import CredentialRefused, MalformedAnswer, TokenRefused
from wallet.issuer_client import Endpoints, IssuerClient
from wallet.offer import OfferReference, parse_offer_uri
from wallet.renewing import Renewal, renewal
from wallet.showing import DEFAULT_FIELDS, LiveCode, live_code, parsed
from wallet.vault import COST, Entropy, Vault

VAULT = "wallet.vault"
_SECRET_OCTETS, _NONCE_OCTETS, _ID_OCTETS = 32, 16, 4
_MOST_FRUITLESS = 3
"""Steps on end that give a token and no more. One is the rule, two where the first token has died."""


@dataclass(frozen=True, slots=True)
class World:
    """What a wallet works with. `clock` gives Unix seconds."""

    catalogue: Catalogue
    clock: Callable[[], int]
    sleep: Callable[[float], None]
    entropy: Entropy = field(repr=False)


class Wallet:
    """An opened wallet. One process changes it at a time; others get VaultBusy."""

    def __init__(self, vault: Vault, world: World) -> None:
        self._vault, self._world = vault, world
        self._contents = decode(vault.load())

    @classmethod
    def create(
        cls, folder: Path, passphrase: str, world: World, *, trust: Trust | None = None, cost: int = COST
    ) -> Self:
        """An empty wallet in `folder`. Raises VaultExists, or MalformedSource."""
        content = encode(Contents(trust and renewal(None, trust.network, trust.sources).after))
        return cls(Vault.create(folder / VAULT, passphrase, content, world.entropy, cost), world)

    @classmethod
    def open(cls, folder: Path, passphrase: str, world: World) -> Self:
        """Raises NoVault, WrongPassphrase, DamagedVault."""
        return cls(Vault.open(folder / VAULT, passphrase, world.entropy), world)

    @property
    def trust(self) -> Trust | None:
        return self._contents.trust

    @property
    def held(self) -> tuple[Held, ...]:
        return self._contents.held

    @property
    def collections(self) -> tuple[Collection, ...]:
        """What was begun and has not arrived."""
        return self._contents.collections

    def renewal(self, network: NetworkFile | None = None, sources: Sequence[str] = ()) -> Renewal:
        """What `renew` would change; nothing is saved. Raises as it does."""
        return renewal(self._contents.trust, network, sources)

    def renew(self, network: NetworkFile | None = None, sources: Sequence[str] = ()) -> Renewal:
        """Checks by `network` and `sources` from now on; without one of them that part stays.

        Where the file is another one, all that is held counts as not yet checked: then `check` it, by a new `replica`.
        Raises TrustRefused or MalformedSource, and nothing is changed.
        """
        with self._changing():
            found = renewal(self._contents.trust, network, sources)
            if found.changes:
                self._save(self._contents.trusting(found.after))
            if found.before and found.replaces_file:
                self._remove_replica(found.before.network)
            return found

    @contextmanager
    def replica(self) -> Iterator[Replica | None]:
        """This wallet's replica of the ledger, None without a network file. Raises OtherReplica or MalformedSource.

        Each network file has its own, beside the vault, so that what was proven by an earlier file counts for nothing:
        a replica that took the wrong side of a contradiction need not have noticed.
        """
        trust = self._contents.trust
        if trust is None:
            yield None
            return
        path, world = self._replica_path(trust.network), self._world
        with Replica(path, trust.network, world.catalogue, trust.sources, clock=world.clock) as replica:
            yield replica

    def accept(
        self,
        offer: str,
        transaction_code: str | None,
        issuer: IssuerClient,
        replica: Replica | None,
        wait_seconds: float = 0,
    ) -> Held | Collection:
        """Collects what `offer` offers: the credential, or where it stands when `wait_seconds` are over.

        Without a replica, or where it cannot tell yet, the credential is kept as not yet checked. Raises OfferRefused,
        IssuerError (then resume, but for TokenRefused) and CredentialRefused.
        """
        found = parse_offer_uri(offer)
        with self._changing():
            agreed = issuer.offer(found) if isinstance(found, OfferReference) else found
            fresh = collecting.begin(agreed, transaction_code, self._new_id(), self._new_secret(), self._world.clock())
            begun = collecting.taken_up(fresh, self._contents.collections)
            self._save(self._contents.with_collection(begun))
            return self._collect(begun, issuer, replica, wait_seconds)

    def resume(
        self, collection_id: str, issuer: IssuerClient, replica: Replica | None, wait_seconds: float = 0
    ) -> Held | Collection:
        """Takes up what a crash, a lost answer or a wait left; never makes a second credential. Raises as `accept`."""
        with self._changing():
            return self._collect(self._contents.collection(collection_id), issuer, replica, wait_seconds)

    def check(self, credential_id: str, replica: Replica) -> Held:
        """Checks a credential against the ledger again; `checked_at` None in the result: still not confirmed.

        Raises CredentialRefused where the ledger now denies it; it is kept for the holder to decide.
        """
        with self._changing():
            held = self._contents.find(credential_id)
            return self._keep(replace(held, checked_at=self._confirmed_at(held, replica)))

    def show(self, credential_id: str, fields: Iterable[str] = DEFAULT_FIELDS) -> LiveCode:
        """A fresh live code with these fields. Raises NoSuchCredential, NoSuchField, TooMuchToShow."""
        nonce = base64url.encode(self._world.entropy(_NONCE_OCTETS))
        held = self._contents.find(credential_id)
        return live_code(held, fields, self._world.catalogue, nonce=nonce, now=self._world.clock())

    def find(self, credential_id: str) -> Held:
        return self._contents.find(credential_id)

    def entry(self, entry_id: str) -> Held | Collection:
        """What is held, or being collected, under an id or the beginning of one. Raises NoSuchCredential."""
        return self._contents.entry(entry_id)

    def forget(self, entry_id: str) -> None:
        """Erases a credential or a collection with its key, for good. Raises NoSuchCredential."""
        with self._changing():
            self._save(self._contents.without(entry_id))

    def _collect(
        self, collection: Collection, issuer: IssuerClient, replica: Replica | None, wait_seconds: float
    ) -> Held | Collection:
        until, fruitless = self._world.clock() + wait_seconds, 0
        endpoints = None
        while collection.arrived is None:
            if fruitless > _MOST_FRUITLESS:
                raise MalformedAnswer("the issuer refuses every token that it has just given")
            pause = collection.ask_again_at - self._world.clock()
            if pause > 0 and collection.ask_again_at > until:
                return collection
            self._world.sleep(max(pause, 0))
            endpoints = endpoints or collecting.endpoints_of(collection, issuer)
            before, collection = collection, self._stepped(collection, issuer, endpoints)
            fruitless = fruitless + 1 if collection.ask_again_at == before.ask_again_at else 0
            self._save(self._contents.with_collection(collection))
        return self._arrived(collection, collection.arrived, replica)

    def _stepped(self, collection: Collection, issuer: IssuerClient, endpoints: Endpoints) -> Collection:
        """Erases what gave no token: sent again, the same wrong code would use up the offer's tries."""
        try:
            return collecting.step(collection, issuer, endpoints, self._world.clock())
        except TokenRefused:
            self._save(self._contents.without(collection.id))
            raise

    def _arrived(self, collection: Collection, text: str, replica: Replica | None) -> Held:
        """Checks, and keeps in place of the collection; what is refused is not kept, and neither is its key."""
        held = Held(
            id=collection.id,
            text=text,
            seed=collection.arrived_seed,
            holder_secret=collection.holder_secret,
            added_at=self._world.clock(),
            checked_at=None,
        )
        try:
            check_form(text, held.seed, held.holder_key, self._world.catalogue)
            return self._keep(replace(held, checked_at=self._confirmed_at(held, replica)))
        except CredentialRefused:
            self._save(self._contents.without(collection.id))
            raise

    def _confirmed_at(self, held: Held, replica: Replica | None) -> int | None:
        """When the ledger's facts confirmed where it comes from; None where they cannot tell, or cannot be had."""
        trust = self._contents.trust
        if replica is None or (trust and replica.network != trust.network):  # opened before the file was replaced
            return None
        with suppress(LedgerError):  # the facts at hand may be enough
            replica.follow_once()
        now, nonce = self._world.clock(), base64url.encode(self._world.entropy(_NONCE_OCTETS))
        facts = replica.facts_for(parsed(held))
        return now if check_origin(held.text, held.holder_key, facts, nonce, now) else None

    def _keep(self, held: Held) -> Held:
        self._save(self._contents.with_held(held))
        return held

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Keeps others out, and begins from what is on disk."""
        with self._vault.locked():
            self._contents = decode(self._vault.load())
            yield

    def _save(self, contents: Contents) -> None:
        self._vault.save(encode(contents))
        self._contents = contents

    def _replica_path(self, network: NetworkFile) -> Path:
        return self._vault.path.with_name(f"replica-{network.fingerprint[:16]}.sqlite")

    def _remove_replica(self, network: NetworkFile) -> None:
        """It is of no use any more, and of no harm where it stays. With it go SQLite's files beside it."""
        path = self._replica_path(network)
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                path.with_name(path.name + ending).unlink()

    def _new_id(self) -> str:
        return self._world.entropy(_ID_OCTETS).hex()

    def _new_secret(self) -> bytes:
        """A P-256 secret; the few values past the group's order are drawn again."""
        while True:
            secret = self._world.entropy(_SECRET_OCTETS)
            try:
                SigningKey.from_secret(secret)
            except ValueError:
                continue
            return secret
