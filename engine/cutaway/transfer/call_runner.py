"""What the transfer needs of a handle: somebody who makes calls. `cutaway.runner.Runner` is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from cutaway.protocol.declaration import Call
from cutaway.transfer.sink import DataSink


class CallRunner(Protocol):
    """Makes calls on a handle, one after another, under one wish to cancel."""

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
        """Make a call and return its result."""
        ...
