"""Pictures and PDFs are read two at a time, for each may take seconds and half a gigabyte. Texts wait for nobody."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool

from verifier.errors import WindowBusy
from verifier.reading import ReadingLimits, is_text, read

AT_ONCE = 2
WAIT_SECONDS = 10.0


class Turns:
    """Who waits does so outside the threads, which everybody else is answered by."""

    def __init__(self, limits: ReadingLimits) -> None:
        self._limits = limits
        self._free = asyncio.Semaphore(AT_ONCE)

    async def read(self, octets: bytes) -> str:
        """The text in what was handed in. Raises NothingToJudge, and WindowBusy after WAIT_SECONDS without a turn."""
        if is_text(octets):
            return await run_in_threadpool(read, octets, self._limits)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._free.acquire()
        except TimeoutError as e:
            raise WindowBusy from e
        try:
            return await run_in_threadpool(read, octets, self._limits)
        finally:
            self._free.release()
