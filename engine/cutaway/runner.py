"""What a transfer job sees of a handle: one call after another, all under one wish to cancel."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from cutaway.core import CancelToken, HandleCore
from cutaway.protocol.declaration import Call
from cutaway.transfer.sink import DataSink


class Runner:
    """Implements the transfer's `CallRunner` on a handle's core; lives in the worker's loop.

    Attributes:
        token: The wish to cancel.
    """

    def __init__(self, core: HandleCore, token: CancelToken) -> None:
        self._core = core
        self.token = token

    async def run(
        self,
        call: Call[..., Any],
        arguments: dict[str, Any],
        *,
        sink: DataSink | None = None,
        on_page: Callable[[list[Any]], None] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        on_bytes: Callable[[int], None] | None = None,
    ) -> Any:
        """Make a call; see `HandleCore.run`."""
        return await self._core.run(
            call, arguments, self.token, sink=sink, on_page=on_page, on_progress=on_progress, on_bytes=on_bytes
        )

    def beside(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Inside, a cancellation calls `stop`: for work of the host between the calls."""
        return self._core.beside(self.token, stop)

    def after_all(self) -> Runner:
        """Return a runner whose calls are made although this one's were cancelled, to tidy up."""
        return Runner(self._core, CancelToken())
