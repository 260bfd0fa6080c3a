"""One column of words: how the same word of many logs of one kind is written (spec/trust-pack.md §4).

A word is 32 octets. Which coding suits which word is not decided here (`layouts`); every coding can write every word,
and there is one way to write it, so that what is read writes back to the same octets. A column remembers what it has
seen from one segment of a pack to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol, TypeVar

from ledger.errors import MalformedPack, PackTooLarge
from ledger.pack.numbers import Reader, from_difference, to_difference, write_numbers

WORD_OCTETS = 32
MAX_REMEMBERED = 1024 * 1024
"""How many words and last words the columns of one pack remember altogether: some 250 MiB."""

Words = Sequence[bytes]
_Word = TypeVar("_Word", bytes, int)


class Coding(IntEnum):
    """How a column is written; the numbers are the format's."""

    WORD = 0
    NUMBER = 1
    STEP = 2
    SINCE = 3
    RISE = 4
    LISTED = 5


@dataclass(slots=True)
class Memory:
    """What the columns of one pack remember: a list of words that LISTED columns refer to, and each column's own.

    Raises PackTooLarge where it is full, or a stranger's pack could fill the machine's.
    """

    words: list[bytes] = field(default_factory=list)
    """In the order in which they first came."""
    places: dict[bytes, int] = field(default_factory=dict)
    entries: int = 0

    def add(self, word: bytes) -> None:
        """Puts a new word on the list."""
        self._make_room()
        self.places[word] = len(self.words)
        self.words.append(word)

    def remember(self, last: dict[bytes, _Word], key: bytes, word: _Word) -> None:
        """Puts the key's last word into a column's `last`."""
        if key not in last:
            self._make_room()
        last[key] = word

    def _make_room(self) -> None:
        if self.entries == MAX_REMEMBERED:
            raise PackTooLarge(
                f"a pack has at most {MAX_REMEMBERED} words to remember, this one has more: begin at a later event"
            )
        self.entries += 1


class Column(Protocol):
    """`before` are the columns to the left, of the same logs: the first says when, the second mostly who."""

    def write(self, words: Words, before: Sequence[Words]) -> bytes: ...

    def read(self, reader: Reader, count: int, before: Sequence[Words]) -> Words: ...


class WordColumn:
    """As it is: roots, thumbprints, keys."""

    NEEDS = 0

    def write(self, words: Words, before: Sequence[Words]) -> bytes:
        return b"".join(words)

    def read(self, reader: Reader, count: int, before: Sequence[Words]) -> Words:
        octets = reader.octets(count * WORD_OCTETS)
        return [octets[at : at + WORD_OCTETS] for at in range(0, len(octets), WORD_OCTETS)]


class NumberColumn:
    """As a number: regions, positions, counts."""

    NEEDS = 0

    def write(self, words: Words, before: Sequence[Words]) -> bytes:
        return write_numbers(map(_number, words))

    def read(self, reader: Reader, count: int, before: Sequence[Words]) -> Words:
        return _words(reader.numbers(count))


class StepColumn:
    """The difference to the column's word before, at first to 0: times in their order."""

    NEEDS = 0

    def __init__(self) -> None:
        self._last = 0

    def write(self, words: Words, before: Sequence[Words]) -> bytes:
        differences = []
        for number in map(_number, words):
            differences.append(to_difference(number - self._last))
            self._last = number
        return write_numbers(differences)

    def read(self, reader: Reader, count: int, before: Sequence[Words]) -> Words:
        found, last = [], self._last
        for difference in reader.numbers(count):
            last += from_difference(difference)
            found.append(last)
        self._last = last
        return _words(found)


class SinceColumn:
    """The difference to the log's first word: legal dates near the time of recording."""

    NEEDS = 1

    def write(self, words: Words, before: Sequence[Words]) -> bytes:
        pairs = zip(words, before[0], strict=True)
        return write_numbers(to_difference(_number(word) - _number(first)) for word, first in pairs)

    def read(self, reader: Reader, count: int, before: Sequence[Words]) -> Words:
        differences = map(from_difference, reader.numbers(count))
        return _words([_number(first) + each for each, first in zip(differences, before[0], strict=True)])


class RiseColumn:
    """The difference to the word of the last log with the same second word, at first to 0: an authority's totals."""

    NEEDS = 2

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._last: dict[bytes, int] = {}

    def write(self, words: Words, before: Sequence[Words]) -> bytes:
        differences = []
        for number, key in zip(map(_number, words), before[1], strict=True):
            differences.append(to_difference(number - self._last.get(key, 0)))
            self._memory.remember(self._last, key, number)
        return write_numbers(differences)

    def read(self, reader: Reader, count: int, before: Sequence[Words]) -> Words:
        found = []
        for difference, key in zip(reader.numbers(count), before[1], strict=True):
            number = self._last.get(key, 0) + from_difference(difference)
            self._memory.remember(self._last, key, number)
            found.append(number)
        return _words(found)


class ListedColumn:
    """By its place in the pack's list, from 1; 0 is the word of the last log with the same second word.

    Words that are new follow after the places, in their order: accounts, thumbprints of keys.
    """

    NEEDS = 2

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._last: dict[bytes, bytes] = {}

    def write(self, words: Words, before: Sequence[Words]) -> bytes:
        places, new = [], []
        for word, key in zip(words, before[1], strict=True):
            if self._last.get(key) == word:
                places.append(0)
                continue
            if word not in self._memory.places:
                self._memory.add(word)
                new.append(word)
            places.append(self._memory.places[word] + 1)
            self._memory.remember(self._last, key, word)
        return write_numbers(places) + b"".join(new)

    def read(self, reader: Reader, count: int, before: Sequence[Words]) -> Words:
        places = reader.numbers(count)
        self._read_new(reader, places)
        found = []
        for place, key in zip(places, before[1], strict=True):
            found.append(self._word(place, key))
        return found

    def _read_new(self, reader: Reader, places: list[int]) -> None:
        """Adds as many words as the places need; each is new, and is used in its turn."""
        known = len(self._memory.words)
        for place in places:
            if place > known + 1:
                raise MalformedPack("a pack's list of words is not in the order of their first use")
            known = max(known, place)
        for _ in range(known - len(self._memory.words)):
            word = reader.octets(WORD_OCTETS)
            if word in self._memory.places:
                raise MalformedPack("a pack lists a word twice")
            self._memory.add(word)

    def _word(self, place: int, key: bytes) -> bytes:
        last = self._last.get(key)
        if place == 0:
            if last is None:
                raise MalformedPack("a pack repeats a word that was not there before")
            return last
        word = self._memory.words[place - 1]
        if word == last:
            raise MalformedPack("a pack names by its place a word that is repeated")
        self._memory.remember(self._last, key, word)
        return word


def make_column(coding: Coding, memory: Memory) -> Column:
    """A column that has seen nothing yet, of a pack with that memory."""
    if coding in _REMEMBERING:
        return _REMEMBERING[coding](memory)
    return _COLUMNS[coding]()


def needs(coding: Coding) -> int:
    """How many columns there have to be to the left."""
    return (_REMEMBERING.get(coding) or _COLUMNS[coding]).NEEDS


_COLUMNS: dict[Coding, type[WordColumn | NumberColumn | StepColumn | SinceColumn]] = {
    Coding.WORD: WordColumn,
    Coding.NUMBER: NumberColumn,
    Coding.STEP: StepColumn,
    Coding.SINCE: SinceColumn,
}
_REMEMBERING: dict[Coding, type[RiseColumn | ListedColumn]] = {Coding.RISE: RiseColumn, Coding.LISTED: ListedColumn}


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")


def _words(numbers: Sequence[int]) -> list[bytes]:
    try:
        return [number.to_bytes(WORD_OCTETS, "big") for number in numbers]
    except OverflowError:
        raise MalformedPack("a number of the pack does not fit a word of 256 bits") from None
