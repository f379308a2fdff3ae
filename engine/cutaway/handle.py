"""The blocking handle: what scripts use. Every declared call is a method that returns when the call is done.

It may be used from several threads; calls then queue. Callbacks run in the handle's worker thread and must not make
calls on it.
"""

from __future__ import annotations

import concurrent.futures
import os
import queue
from collections.abc import Generator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from cutaway.base import BaseHandle
from cutaway.cancel_token import CancelToken
from cutaway.drives import Drive, Interface
from cutaway.handle_transfers import HandleTransfers
from cutaway.machine import add_drive, add_images
from cutaway.protocol.declaration import Call, GuestPath

if TYPE_CHECKING:
    from cutaway.unlocking import Unlocked

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
HostPath = str | bytes | os.PathLike[str]


class Handle(HandleTransfers):
    """A handle whose methods block. Use it as a context manager, or call close()."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def add_drive(
        self,
        path: HostPath,
        *,
        readonly: bool = True,
        format: str | None = None,  # noqa: A002 the field's own term
        iface: Interface = "scsi",
        label: str = "",
        allowed: frozenset[str] = frozenset(),
        snapshot: str | None = None,
        blocksize: int | None = None,
    ) -> Drive:
        """Add a drive; before launch, or hot-plugged into the running appliance.

        Args:
            path: The image file or block device.
            readonly: True: writes go to an overlay that is thrown away. False: writes change the image.
            format: Its format; None: it is probed.
            iface: "scsi", "virtio", or "ide" (not hot-pluggable).
            label: A name of your own.
            allowed: Files to use all the same: backing files outside the image's folder, incomplete files.
            snapshot: The point in time to see, by name or identity (see `cutaway.snapshots`); None: now.
            blocksize: Length of its sectors in bytes, 512 or 4096; None: what its partition table is made for.

        Raises:
            ValueError: there are no sectors of that length.
            DriveError: the image cannot be used (found out at launch for drives added before it).
            StateError: while launching, or after close.
        """
        drive = self._drive(
            path, readonly=readonly, format=format, iface=iface, label=label, allowed=allowed, snapshot=snapshot,
            blocksize=blocksize,
        )  # fmt: skip
        return self._wait(add_drive(self._core, self._worker, drive))

    def add_images(
        self, path: HostPath, *, readonly: bool = True, allowed: frozenset[str] = frozenset(),
        snapshot: str | None = None,
    ) -> list[Drive]:  # fmt: skip
        """Add an image as `add_drive` does; of an archive with several images (OVA) each becomes a drive.

        Args:
            path: The image file, the archive or the block device.
            readonly: As for `add_drive`; an image in an archive is never written.
            allowed: As for `add_drive`.
            snapshot: As for `add_drive`.

        Raises:
            DriveError, StateError: as for `add_drive`; then nothing is added.
        """
        drive = self._drive(path, readonly=readonly, allowed=allowed, snapshot=snapshot)
        return self._wait(add_images(self._core, self._worker, drive))

    def add_drive_ro(self, path: HostPath) -> Drive:
        """Add a drive read-only: add_drive with its defaults."""
        return self.add_drive(path)

    def add_drive_inside(
        self,
        outer: BaseHandle,
        path: GuestPath,
        *,
        format: str | None = None,  # noqa: A002 the field's own term
        label: str = "",
        allowed: frozenset[str] = frozenset(),
        snapshot: str | None = None,
        blocksize: int | None = None,
    ) -> Drive:
        """Add an image that is a file in an image: it is read where it lies, through another handle's appliance.

        Nothing is extracted, and nothing is written to it: writes go to an overlay. What the file builds on is looked
        for in the same tree. If the other appliance dies, this one ends with it, and `launch()` starts both again.

        Args:
            outer: The handle that shows the image that it lies in: launched, with the tree mounted, read-only if it
                shall be quick. It should have nothing else to do for long, and has to stay open.
            path: The file in the mounted tree of that handle: an image of any format, or an archive with one (OVA);
                or a device of its appliance, such as "/dev/VG/LV".
            format: Its format; None: it is probed.
            label: A name of your own.
            allowed: Incomplete files to use all the same, as errors name them.
            snapshot: The point in time to see (qcow2); None: now.
            blocksize: Length of its sectors in bytes, 512 or 4096; None: what its partition table is made for.

        Raises:
            ValueError: it would lie in itself, or there are no sectors of that length.
            DriveError: it cannot be used (found out at launch before that), or lies in more than three images.
            StateError: while launching, or after close.
        """
        drive = self._inside(
            outer, path, format=format, label=label, allowed=allowed, snapshot=snapshot, blocksize=blocksize
        )
        return self._wait(self._core.add_drive(drive))

    def add_drive_scratch(self, size_bytes: int, *, blocksize: int | None = None) -> Drive:
        """Add an empty drive that lives as long as the handle."""
        return self._wait(self._core.add_drive(self._scratch(size_bytes, blocksize)))

    def remove_drive(self, drive: Drive) -> None:
        """Remove a drive, unplugging it from a running appliance; nothing on it may be mounted."""
        self._wait(self._core.remove_drive(drive))

    def unlock_at_launch(self, volumes: Sequence[Unlocked]) -> None:
        """Have encrypted volumes unlocked as soon as the appliance runs: what `unlocked` of another handle says.

        One that cannot be unlocked is told by a Warning event, and is in `unlocked` no more.

        Raises:
            StateError: it runs already, or the handle is closed.
        """
        self._wait(self._core.unlock_at_launch(tuple(volumes)))

    def launch(self) -> None:
        """Start the appliance and wait until it is READY.

        Raises:
            LaunchError: it did not start; the handle is back in CONFIG and qemu is dead.
            DriveError: an image cannot be used.
            StateError: the handle is not in CONFIG.
        """
        token = CancelToken()
        self._wait(self._core.launch(token), token)

    def shutdown(self) -> None:
        """Write everything to the drives and end the appliance; the drives stay, launch() may follow."""
        self._wait(self._core.shutdown())

    def close(self) -> None:
        """End everything for good. May be called again, from any thread but the worker's."""
        self._close_now()

    def invoke(self, call: Call[..., R], arguments: dict[str, Any]) -> R:
        """Make a declared call; the methods of the families come here."""
        token = CancelToken()
        result: R = self._wait(self._core.run(call, arguments, token), token)
        return result

    def pages(self, call: Call[P, list[T]], *args: P.args, **kwargs: P.kwargs) -> Generator[list[T], None, None]:
        """Make a paged call; give the pages of its result as they come. Closing the generator cancels the call."""
        token = CancelToken()
        pages: queue.SimpleQueue[list[T] | None] = queue.SimpleQueue()
        work = self._core.run(call, call.bind(*args, **kwargs), token, on_page=pages.put)
        future = self._worker.submit(work)
        future.add_done_callback(lambda _: pages.put(None))
        try:
            while (page := pages.get()) is not None:
                yield page
            future.result()
        finally:
            if not future.done():
                self._cancel(token)
                concurrent.futures.wait([future])
