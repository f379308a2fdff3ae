"""What the blocking and the awaitable handle share: settings, drives, events, the private data area.

Thread-safe: it only reads values that are replaced as a whole, or goes through the worker.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from cutaway.calls import AllCalls
from cutaway.cancel_token import CancelToken
from cutaway.core import HandleCore
from cutaway.drives import BLOCKSIZES, Drive
from cutaway.errors import StateError
from cutaway.events import Event, EventHub
from cutaway.hypervisor import Hypervisor
from cutaway.private_data import PrivateData
from cutaway.protocol.declaration import GuestPath
from cutaway.settings import Settings
from cutaway.state import State
from cutaway.worker import Worker

if TYPE_CHECKING:
    from cutaway.image_snapshots import Snapshot
    from cutaway.unlocking import Unlocked

log = logging.getLogger(__name__)
#: An appliance is ended within moments, and what was not finished is removed within seconds.
CLOSE_MAX_S = 15.0
E = TypeVar("E", bound=Event)
HostPath = str | bytes | os.PathLike[str]
_open_handles: weakref.WeakSet[BaseHandle] = weakref.WeakSet()


class BaseHandle(AllCalls, PrivateData):
    """One appliance and its drives.

    Args:
        settings: How to start the appliance; None: what the environment says.
        hypervisor: What starts it; None: qemu.
        close_on_exit: Whether to close it when the program ends; a qemu never outlives its program in any case.
    """

    def __init__(
        self, settings: Settings | None = None, *, hypervisor: Hypervisor | None = None, close_on_exit: bool = True
    ) -> None:
        super().__init__()
        self._hub = EventHub()
        self._worker = Worker()
        self._taken_over: list[BaseHandle] = []
        used = settings or Settings.from_environment()
        self._core = self._worker.submit(_make_core(used, hypervisor or _qemu(), self._hub)).result()
        if close_on_exit:
            _open_handles.add(self)

    @property
    def state(self) -> State:
        """The state now; it may have changed when you look again."""
        return self._core.state

    @property
    def drives(self) -> tuple[Drive, ...]:
        """The drives in the order in which they were added."""
        return self._core.drives

    @property
    def unlocked(self) -> tuple[Unlocked, ...]:
        """The encrypted volumes that were unlocked, in that order: with their keys, for another handle of the image."""
        return self._core.unlocked

    def backing_chain(self, drive: Drive) -> tuple[str, ...]:
        """Return the files that a drive consists of, the image first; only the image while nothing is launched."""
        link = self._core.link
        return link.appliance.chain(drive) if link is not None else (drive.path,)

    def snapshots(self, drive: Drive) -> tuple[Snapshot, ...]:
        """Return the points in time that a drive's image keeps, the oldest first; none while nothing is launched."""
        link = self._core.link
        return link.appliance.snapshots(drive) if link is not None else ()

    def refuse_to_change(self, target: BaseHandle) -> None:
        """Refuse that another handle writes to a file that this one's drives consist of. Only looks.

        Raises:
            DriveError: it does.
        """
        mine, theirs = self._core.link, target._core.link
        if target is self or mine is None or theirs is None:
            return
        from cutaway.transfer.own_files import refuse_to_write_what_is_read  # noqa: PLC0415 for two handles only

        for drive in self._core.drives:
            refuse_to_write_what_is_read(
                drive.path, mine.appliance.files(drive) if drive.path else (), target._core.written_by(theirs)
            )

    @property
    def pid(self) -> int | None:
        """The process number of qemu; None while none runs, or where the appliance is no process."""
        link = self._core.link
        return getattr(link.appliance, "pid", None) if link is not None else None

    @property
    def settings(self) -> Settings:
        """How the appliance is started."""
        return self._core.settings

    def on(self, kind: type[E], callback: Callable[[E], None]) -> int:
        """Call `callback` in the worker's thread with each event of that kind; return a token for `off`."""
        return self._hub.on(kind, callback)

    def off(self, token: int) -> None:
        """Forget a callback."""
        self._hub.off(token)

    def cancel(self) -> None:
        """Cancel the running operation, if there is one. From any thread; returns at once."""
        self._worker.post(self._cancel_current)

    def _cancel_current(self) -> None:
        if self._core.current is not None:
            self._core.current.cancel()
        elif self._core.beside_calls:
            self._core.beside_calls[-1].cancel()

    def _cancel(self, token: CancelToken) -> None:
        self._worker.post(token.cancel)

    def kill_subprocess(self) -> None:
        """Kill the appliance at once; a running call fails with CallInterrupted. From any thread."""
        with contextlib.suppress(StateError):  # it is closed: none runs
            self._worker.submit(self._core.stop("the appliance was killed"))

    def _close_now(self, patience_s: float | None = None) -> None:
        """Close the handle and end its thread, waiting for both; not for ever if a disk of the host does not answer."""
        try:
            self._worker.submit(self._core.close()).result(patience_s or CLOSE_MAX_S)
        except StateError:
            return
        except TimeoutError:
            log.warning("the handle's thread waits for a disk that does not answer: it is left alone")
            self._leave_thread()
        else:
            self._worker.stop()
        _open_handles.discard(self)
        while self._taken_over:
            self._taken_over.pop()._close_now(patience_s)  # noqa: SLF001 of this very class

    def _leave_thread(self) -> None:
        """Kill the appliance from here, and leave the thread that owns it to its fate."""
        if (link := self._core.link) is not None:
            link.appliance.kill()
        self._worker.abandon()

    def _is_durable(self) -> bool:
        """Whether what is written may outlive the handle: a drive was not added read-only."""
        return any(not drive.readonly for drive in self._core.drives)

    @classmethod
    def _drive(cls, path: Any, *, blocksize: int | None = None, **options: Any) -> Drive:
        cls._check_blocksize(blocksize)
        options["blocksize"] = blocksize
        return Drive(path=os.path.abspath(os.fsdecode(path)), serial="", **options)

    def _inside(self, outer: BaseHandle, path: GuestPath, **options: Any) -> Drive:
        """Return the drive of an image that lies in one of another handle."""
        from cutaway.inside.source import InsideSource, path_of, refuse_odd_places  # noqa: PLC0415 hardly any image does

        source = InsideSource(outer._core, outer._worker, path_of(path))
        refuse_odd_places(self._core, source)
        self._check_blocksize(options.get("blocksize"))
        return Drive(path=source.name, serial="", source=source, **options)

    def take_over(self, other: BaseHandle) -> None:
        """Have another handle closed with this one, such as the one that shows what a drive of this one lies in."""
        self._taken_over.append(other)

    @classmethod
    def _scratch(cls, size_bytes: int, blocksize: int | None) -> Drive:
        cls._check_blocksize(blocksize)
        return Drive(path="", serial="", scratch_size_bytes=size_bytes, blocksize=blocksize)

    @staticmethod
    def _check_blocksize(blocksize: int | None) -> None:
        if blocksize not in {None, *BLOCKSIZES}:
            raise ValueError(f"there are no sectors of {blocksize} bytes")


def host_paths(paths: HostPath | Sequence[HostPath]) -> list[HostPath]:
    """Return one path, or several, as a list."""
    return [paths] if isinstance(paths, str | bytes | os.PathLike) else list(paths)


def guest_paths(paths: GuestPath | Sequence[GuestPath]) -> list[GuestPath]:
    """Return one path in an image, or several, as a list."""
    return [paths] if isinstance(paths, str | bytes | PurePosixPath) else list(paths)


async def _make_core(settings: Settings, hypervisor: Hypervisor, hub: EventHub) -> HandleCore:
    return HandleCore(settings, hypervisor, hub)


def _qemu() -> Hypervisor:
    from cutaway.qemu.hypervisor import QemuHypervisor  # noqa: PLC0415 fakes need no qemu

    return QemuHypervisor()


@atexit.register
def close_all() -> None:
    """Close all handles that are still open: at the end of the program."""
    due = time.monotonic() + CLOSE_MAX_S
    for handle in list(_open_handles):
        handle._close_now(max(0.5, due - time.monotonic()))  # noqa: SLF001 of this very module
