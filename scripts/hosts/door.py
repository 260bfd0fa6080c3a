"""A host's JSON-RPC on this machine's loopback: takes connections here and passes them on inside the host's namespace.

`python -m scripts.hosts.door NAMESPACE PORT FD`: FD is a listening socket of the machine's own namespace.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import suppress

from scripts.hosts.namespaces import enter

_CHUNK = 1 << 16


async def serve(listener: socket.socket, port: int) -> None:
    """Passes every connection on to 127.0.0.1:port of the namespace that this process is in."""

    async def on_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.transport.abort()  # as a host that is down would
            return
        await asyncio.gather(_pass(reader, far_writer), _pass(far_reader, writer))

    server = await asyncio.start_server(on_client, sock=listener)
    await server.serve_forever()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.close()


def main(namespace: str, port: str, descriptor: str) -> None:
    listener = socket.socket(fileno=int(descriptor))
    enter(namespace)
    asyncio.run(serve(listener, int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
