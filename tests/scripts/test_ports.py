"""Ports for processes that are about to start: theirs in every life, and nobody else's in between."""

from __future__ import annotations

import errno
import socket
import sys

import pytest

from scripts.ports import free_port, free_ports


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(50))) == 50


@pytest.mark.skipif(sys.platform != "linux", reason="ports are kept on Linux only")
def test_a_free_port_is_for_a_server_that_is_told_its_number_life_after_life() -> None:
    port = free_port()
    for _ in range(3):
        with (
            socket.create_server(("127.0.0.1", port)) as server,
            socket.create_connection(("127.0.0.1", port), timeout=60) as client,
        ):
            accepted, _ = server.accept()
            accepted.close()
            assert client.recv(1) == b""
        with socket.socket() as stranger, pytest.raises(OSError) as taken:
            stranger.bind(("127.0.0.1", port))
        assert taken.value.errno == errno.EADDRINUSE
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=60)
