"""What the transfer needs of a handle: somebody who makes calls. `cutaway.runner.Runner` is one."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from cutaway.protocol.declaration import Call
from cutaway.records import Mount
from cutaway.transfer.data_sink import DataSink

PageListener = Callable[[list[Any]], Awaitable[None] | None]


class CallRunner(Protocol):
    """Makes calls on a handle, one after another, under one wish to cancel."""

    async def run(
        self,
        call: Call[..., Any],
        arguments: dict[str, Any],
        *,
        sink: DataSink | None = None,
        on_page: PageListener | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        on_bytes: Callable[[int], None] | None = None,
    ) -> Any:
        """Make a call and return its result."""
        ...

    def current(self) -> AbstractContextManager[None]:
        """Let a wish to cancel whatever the handle does mean this work, also between its calls."""
        ...

    def beside(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Inside, a cancellation calls `stop`: for work of the host between the calls."""
        ...

    def interrupt(self) -> None:
        """Have the running call end early, with Cancelled; the wish to cancel the whole is not touched."""
        ...

    @property
    def is_unwanted(self) -> bool:
        """Whether the work was cancelled, or somebody has ended the appliance on purpose."""
        ...

    async def has_died(self) -> bool:
        """Tell whether the appliance is gone: a connection to it may have broken first, or nothing but that."""
        ...

    async def restart(self, mounts: Sequence[Mount]) -> None:
        """Start the appliance that has died again, and mount the same in it, read-only.

        Raises:
            EngineError: it does not start, or something cannot be mounted.
        """
        ...

    async def open_reading(self) -> Mapping[str, socket.socket]:
        """Connect to the drives that the host can read itself, by NBD; by serial number."""
        ...

    def check(self, what: str) -> None:
        """Raise Cancelled if the work was cancelled; from any thread."""
        ...

    def serials(self) -> list[str]:
        """Return the serial numbers of the drives that are attached."""
        ...

    def image_files(self) -> list[str]:
        """Return the files that the drives consist of."""
        ...

    async def plain_images(self) -> Mapping[str, int]:
        """Return descriptors of the images that hold exactly what the guest reads, by serial number."""
        ...

    async def close_reading(self) -> None:
        """Take note that nobody reads any more; to be called once for each `open_reading` that returned."""
        ...
