"""Reading and writing the octets of the QR form; what they mean is left to others."""

from __future__ import annotations

from credential.qr.errors import MalformedQr

MAX_NUMBER = 2**64 - 1


def write_number(number: int) -> bytes:
    """Unsigned LEB128: seven bits an octet, the lowest first, the top bit set on all but the last."""
    if not 0 <= number <= MAX_NUMBER:
        raise ValueError(f"{number} is not an unsigned 64-bit number")
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*octets, number])


class Reader:
    """Reads octets in order. Raises MalformedQr at the end instead of giving fewer than asked for."""

    __slots__ = ("_at", "_octets")

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        if len(taken) != count:
            raise MalformedQr(f"truncated: {count} octets expected at {self._at}, {len(taken)} left")
        self._at += count
        return taken

    def octet(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """What `write_number` wrote; longer spellings of the same number are refused."""
        number = shift = 0
        while (octet := self.octet()) & 0x80:
            number |= (octet & 0x7F) << shift
            shift += 7
            if shift > 63:
                raise MalformedQr("a number has more than 64 bits")
        number |= octet << shift
        if number > MAX_NUMBER or (octet == 0 and shift):
            raise MalformedQr("a number has more than 64 bits or a needless last octet")
        return number

    def text(self) -> str:
        """A number n, then n octets of UTF-8."""
        try:
            return self.take(self.number()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedQr("a text is not UTF-8") from error

    def rest(self) -> bytes:
        return self.take(len(self._octets) - self._at)

    def end(self) -> None:
        """Raises MalformedQr unless everything was read."""
        if left := len(self._octets) - self._at:
            raise MalformedQr(f"{left} octets too many")


def write_text(text: str) -> bytes:
    octets = text.encode("utf-8")
    return write_number(len(octets)) + octets
