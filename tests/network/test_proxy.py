"""The bad network does what it says, and no more: what arrives is what was sent, in order."""

from __future__ import annotations

import os
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network import proxy as bad_network
from tests.network.proxy import CALM, Proxy, Weather
from tests.waiting import until


class Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        try:
            while octets := self.request.recv(65536):
                self.request.sendall(octets)
        except ConnectionError:
            return


class EchoServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    with EchoServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_address  # type: ignore[misc]
        server.shutdown()
        thread.join()


@pytest.fixture
def proxy(echo: tuple[str, int]) -> Iterator[Proxy]:
    with Proxy(echo) as made:
        yield made


def connect(proxy: Proxy, timeout: float = 30) -> socket.socket:
    return socket.create_connection(proxy.address, timeout)


def echoed(connection: socket.socket, octets: bytes) -> bytes:
    """What comes back of `octets`, sent while it is read, until the other side has said all."""

    def send() -> None:
        connection.sendall(octets)
        connection.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    back = bytearray()
    while part := connection.recv(65536):
        back += part
    sender.join()
    return bytes(back)


@pytest.mark.parametrize(
    "weather",
    [CALM, Weather(delay_seconds=0.05), Weather(jitter_seconds=0.01, loss=0.1, resent_after_seconds=0.02)],
    ids=["calm", "delayed", "jitter and loss"],
)
def test_what_arrives_is_what_was_sent(proxy: Proxy, weather: Weather) -> None:
    proxy.weather, octets = weather, os.urandom(1_500_000)
    with connect(proxy) as connection:
        assert echoed(connection, octets) == octets
    assert proxy.octets == 2 * len(octets)


def test_a_delay_is_paid_in_each_direction(proxy: Proxy) -> None:
    """And no more than that, but for a machine that stands still now and then."""
    proxy.weather, taken = Weather(delay_seconds=0.1), []
    with connect(proxy) as connection:
        while len(taken) < 2 or (min(taken) >= 2 and len(taken) < 10):
            started = time.monotonic()
            connection.sendall(b"there and back")
            assert connection.recv(100) == b"there and back"
            taken.append(time.monotonic() - started)
    assert 0.2 <= min(taken) < 2


def test_a_lost_chunk_comes_later(proxy: Proxy) -> None:
    proxy.weather = Weather(loss=1.0, resent_after_seconds=0.2)
    with connect(proxy) as connection:
        started = time.monotonic()
        connection.sendall(b"lost")
        assert connection.recv(100) == b"lost"
        assert time.monotonic() - started >= 0.4


def test_a_narrow_way_takes_its_time(proxy: Proxy) -> None:
    proxy.weather = Weather(octets_per_second=400_000)
    with connect(proxy) as connection:
        started = time.monotonic()
        assert len(echoed(connection, bytes(120_000))) == 120_000
        assert time.monotonic() - started >= 0.3


def test_a_cut_is_a_reset_for_both_ends(echo: tuple[str, int]) -> None:
    with Proxy(echo, Weather(resets=1.0)) as proxy, connect(proxy) as connection:
        connection.sendall(b"never")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
        assert proxy.resets == 1


def test_connections_are_cut_from_outside_and_new_ones_welcome(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        connection.sendall(b"one")
        assert connection.recv(100) == b"one"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    with connect(proxy) as connection:
        assert echoed(connection, b"two") == b"two"


def test_nothing_passes_a_partition_and_everything_once_it_heals(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        connection.sendall(b"before ")
        assert connection.recv(100) == b"before "
        with proxy.partition():
            connection.sendall(b"while")
            connection.settimeout(0.3)
            with pytest.raises(TimeoutError):
                connection.recv(100)
            with connect(proxy) as second:
                second.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    second.recv(100)
            assert proxy.parted
        connection.settimeout(30)
        assert connection.recv(100) == b"while"


def test_who_sends_into_a_partition_waits_when_the_way_is_full(proxy: Proxy) -> None:
    most = bad_network.CHUNK_OCTETS * (bad_network.CHUNKS_IN_FLIGHT + 8) + 16 * 1024 * 1024  # and the sockets' own
    with connect(proxy) as connection, proxy.partition():
        connection.settimeout(0.5)
        assert _sent_until_full(connection, 2 * most) < most


def _sent_until_full(connection: socket.socket, most: int) -> int:
    sent = 0
    try:
        while sent < most:
            sent += connection.send(bytes(65536))
    except TimeoutError:
        pass
    return sent


def test_a_target_that_is_gone_is_a_reset() -> None:
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))  # and does not listen; meanwhile nobody else gets the port
        with Proxy(gone.getsockname()) as proxy, pytest.raises(ConnectionResetError), connect(proxy) as connection:
            connection.recv(100)


def test_one_connection_too_many_is_refused(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bad_network, "MAX_CONNECTIONS", 1)
    with connect(proxy) as first:
        first.sendall(b"in")
        assert first.recv(100) == b"in"
        assert not _survives(proxy)
        first.sendall(b"still in")
        assert first.recv(100) == b"still in"


def test_the_same_seed_gives_the_same_losses(echo: tuple[str, int]) -> None:
    weather, fates = Weather(resets=0.3), []
    for _ in range(2):
        with Proxy(echo, weather, seed=7) as proxy:
            fates.append([_survives(proxy) for _ in range(12)])
    assert fates[0] == fates[1]
    assert set(fates[0]) == {True, False}


def _survives(proxy: Proxy) -> bool:
    try:
        with connect(proxy) as connection:
            connection.sendall(b"x")
            return connection.recv(10) == b"x"
    except ConnectionError:
        return False


def test_closing_leaves_neither_thread_nor_connection(echo: tuple[str, int]) -> None:
    before = threading.active_count()
    proxy = Proxy(echo)
    with connect(proxy) as connection:
        connection.sendall(b"x")
        assert connection.recv(10) == b"x"
        proxy.close()
        with pytest.raises(ConnectionResetError):
            connection.recv(10)
    until(lambda: threading.active_count() <= before, "no thread is left")


def test_an_address_that_is_taken_is_the_systems_error(proxy: Proxy, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        Proxy(("127.0.0.1", 1), at=proxy.address)
