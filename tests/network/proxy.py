"""A bad network for tests: a TCP proxy that delays, withholds, cuts or narrows what passes between two programs.

What arrives arrives unchanged and in order, as TCP has it: a lost packet shows as a wait, never as a gap. A proxy holds
at most `CHUNKS_IN_FLIGHT` chunks for each direction of a connection; who sends more, waits.
"""

from __future__ import annotations

import asyncio
import math
import random
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

CHUNK_OCTETS = 16 * 1024
CHUNKS_IN_FLIGHT = 64
MAX_CONNECTIONS = 256
_CONNECT_SECONDS = 10.0
# With this, closing sends a reset and throws away what was not sent yet.
_LINGER_NOT = struct.pack("ii", 1, 0)

Result = TypeVar("Result")
Address = tuple[str, int]
_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_Lane = asyncio.Queue[tuple[float, bytes]]


@dataclass(frozen=True, slots=True)
class Weather:
    """What the way does to each chunk that passes. Chances are between 0 and 1."""

    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0
    loss: float = 0.0
    """The chance that a chunk gets lost: it, and all behind it, come `resent_after_seconds` later."""
    resent_after_seconds: float = 0.3
    resets: float = 0.0
    """The chance that the connection is cut, for both ends and without a farewell, instead of passing a chunk."""
    octets_per_second: float = math.inf


CALM = Weather()


class Proxy:
    """A door at `address`: who connects there talks to `target`. Everything may be changed from any thread.

    `weather` holds for what comes in from now on. While `parted`, connections stay and nothing passes. The same `seed`
    gives the same losses to the same chunks of the same connections.
    """

    def __init__(
        self, target: Address, weather: Weather = CALM, *, at: Address = ("127.0.0.1", 0), seed: int = 0
    ) -> None:
        self.weather = weather
        self.octets = 0
        self.resets = 0
        self._target = target
        self._seed = seed
        self._count = 0
        self._passes = asyncio.Event()
        self._passes.set()
        self._connections: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        try:
            self._server = self._await(asyncio.start_server(self._welcome, *at, limit=CHUNK_OCTETS))
        except OSError:
            self._end()
            raise
        self.address: Address = self._server.sockets[0].getsockname()[:2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def url(self) -> str:
        """For a target that speaks HTTP."""
        return f"http://{self.address[0]}:{self.address[1]}"

    @property
    def parted(self) -> bool:
        return not self._passes.is_set()

    def part(self) -> None:
        """When it returns nothing passes any more; what is on its way waits, as do new connections."""
        self._await(self._let_pass(False))

    def heal(self) -> None:
        self._await(self._let_pass(True))

    @contextmanager
    def partition(self) -> Iterator[None]:
        self.part()
        try:
            yield
        finally:
            self.heal()

    def cut(self) -> None:
        """Resets every connection that there is."""
        self._await(self._cut())

    def close(self) -> None:
        self._await(self._close())
        self._end()

    def _await(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _let_pass(self, passes: bool) -> None:
        if passes:
            self._passes.set()
        else:
            self._passes.clear()

    async def _close(self) -> None:
        self._server.close()
        await self._cut()
        await self._server.wait_closed()

    async def _cut(self) -> None:
        connections = tuple(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= MAX_CONNECTIONS:
            _reset(writer)
            return
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._carry((reader, writer))
        except asyncio.CancelledError:
            return  # cut from outside, which is no news for the loop
        finally:
            self._connections.discard(task)

    async def _carry(self, caller: _Ends) -> None:
        """Until both ends have said all, or one of them or the weather breaks it off for both."""
        ends = [caller[1]]
        self._count += 1
        fate = f"{self._seed} {self._count}"
        try:
            await self._passes.wait()
            callee = await asyncio.wait_for(asyncio.open_connection(*self._target), _CONNECT_SECONDS)
            ends.append(callee[1])
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(caller[0], callee[1], random.Random(f"{fate} there")))
                both.create_task(self._pump(callee[0], caller[1], random.Random(f"{fate} back")))
            for each in ends:
                each.close()
        except* (OSError, TimeoutError):
            pass  # told to both ends below
        finally:
            for each in ends:
                _reset(each)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
        lane: _Lane = asyncio.Queue(CHUNKS_IN_FLIGHT)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._take(reader, lane, chance))
            group.create_task(self._give(lane, writer))

    async def _take(self, reader: asyncio.StreamReader, lane: _Lane, chance: random.Random) -> None:
        due, chunk = 0.0, b"-"
        while chunk:
            chunk = await reader.read(CHUNK_OCTETS)
            weather = self.weather
            if chance.random() < weather.resets:
                self.resets += 1
                raise ConnectionResetError
            late = chance.uniform(0, weather.jitter_seconds) + len(chunk) / weather.octets_per_second
            late += weather.resent_after_seconds if chance.random() < weather.loss else 0
            due = max(due, self._loop.time() + weather.delay_seconds) + late
            await lane.put((due, chunk))

    async def _give(self, lane: _Lane, writer: asyncio.StreamWriter) -> None:
        chunk = b"-"
        while chunk:
            due, chunk = await lane.get()
            await asyncio.sleep(due - self._loop.time())
            await self._passes.wait()
            if chunk:
                writer.write(chunk)
                await writer.drain()
                self.octets += len(chunk)
            else:
                writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Does nothing to a connection that is closed already."""
    if writer.transport.is_closing():
        return
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    writer.transport.abort()
