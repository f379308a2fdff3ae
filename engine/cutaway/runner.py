"""What a transfer job sees of a handle: one call after another, all under one wish to cancel."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from cutaway.calls import AllCalls
from cutaway.cancel_token import CancelToken
from cutaway.core import HandleCore
from cutaway.errors import CallInterrupted
from cutaway.hypervisor import RunningAppliance
from cutaway.protocol.declaration import Call

if TYPE_CHECKING:
    from cutaway.channel.control import PageListener
    from cutaway.records import Mount
    from cutaway.transfer.data_sink import DataSink


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
        on_page: PageListener | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        on_bytes: Callable[[int], None] | None = None,
    ) -> Any:
        """Make a call; see `HandleCore.run`."""
        return await self._core.run(
            call, arguments, self.token, sink=sink, on_page=on_page, on_progress=on_progress, on_bytes=on_bytes,
            keeps_pages=on_page is None,
        )  # fmt: skip

    def beside(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Inside, a cancellation calls `stop`: for work of the host between the calls."""
        return self._core.beside(self.token, stop)

    def after_all(self) -> Runner:
        """Return a runner whose calls are made although this one's were cancelled, to tidy up."""
        return Runner(self._core, CancelToken())

    @contextmanager
    def current(self) -> Iterator[None]:
        """Let a wish to cancel whatever the handle does mean this work."""
        self._core.beside_calls.append(self.token)
        try:
            yield
        finally:
            self._core.beside_calls.remove(self.token)

    def interrupt(self) -> None:
        """Have the running call end early."""
        if self._core.link is not None:
            self._core.link.cancel()

    @property
    def is_unwanted(self) -> bool:
        """Whether the work was cancelled, or somebody has ended the appliance on purpose."""
        return self.token.is_cancelled or self._core.is_stopping

    async def has_died(self) -> bool:
        """Tell whether the appliance is gone, or goes within a moment."""
        return await self._core.has_died()

    async def restart(self, mounts: Sequence[Mount]) -> None:
        """Start the appliance again with its drives, and mount the same in it."""
        await self._core.launch(self.token)
        wanted: list[list[str | bytes]] = [[item.mountable, item.mountpoint, _subvolume(item)] for item in mounts]
        arguments = {"mounts": wanted, "readonly": True}
        if failed := await self.run(AllCalls.mount_tree, arguments):
            raise CallInterrupted(f"the appliance was started again, but {failed[0]}")

    def check(self, what: str) -> None:
        """Raise Cancelled if the work was cancelled."""
        self.token.check(what)

    def serials(self) -> list[str]:
        """Return the serial numbers of the drives that are attached."""
        return sorted(self._appliance().attached)

    def image_files(self) -> list[str]:
        """Return the files that the drives consist of."""
        self.token.check("the extraction")
        return self._core.files_of(self._core.require_link("copy_out"))

    def written_files(self) -> list[str]:
        """Return those of them that the guest writes to."""
        return self._core.written_by(self._core.require_link("copy_in"))

    async def open_reading(self) -> Mapping[str, socket.socket]:
        """Connect to the drives that the host can read itself; see `RunningAppliance.open_reading`."""
        return await self._appliance().open_reading()

    async def plain_images(self) -> Mapping[str, int]:
        """Return the images that can be read as they are; see `RunningAppliance.plain_images`."""
        return await self._appliance().plain_images()

    async def close_reading(self) -> None:
        """Take note that nobody reads any more."""
        if self._core.link is not None:
            await self._core.link.appliance.close_reading()

    def _appliance(self) -> RunningAppliance:
        self.token.check("the extraction")
        return self._core.require_link("copy_out").appliance


def _subvolume(mount: Mount) -> str:
    """Return the mount option by which a subvolume of btrfs is the same again; none for what is no subvolume."""
    return next((option for option in mount.options.split(",") if option.startswith("subvolid=")), "")
