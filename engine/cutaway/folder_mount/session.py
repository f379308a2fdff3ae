"""One mount from its beginning to its end, whatever ends it: a wish, an unmount from outside, the appliance's death.

`run` blocks in the caller's thread; FUSE answers in a thread of its own, so that a question without an answer keeps
nobody from ending it. `stop` may be called from anywhere, a signal handler too.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from cutaway.errors import DestinationError
from cutaway.events import Quit
from cutaway.folder_mount import libfuse, mount_point
from cutaway.folder_mount.image_tree import ImageTree
from cutaway.folder_mount.operations import Appearance, Operations
from cutaway.handle import Handle

#: How often it is tried to unmount a folder that is in use, after the appliance's death.
RETRY_S = 0.5
#: How long FUSE's thread may take to see that it is over; while somebody has a file open it cannot.
JOIN_S = 1.0


@dataclass(frozen=True, slots=True)
class MountOptions:
    """How to mount.

    Attributes:
        source: What the table of mounts says is mounted.
        appearance: How files are shown.
        for_all: Whether other users may look, too.
    """

    source: str
    appearance: Appearance = field(default_factory=Appearance)
    for_all: bool = False


@dataclass(frozen=True, slots=True)
class _Ready:
    """The kernel has taken the mount."""


@dataclass(frozen=True, slots=True)
class _Over:
    """FUSE's thread has ended: it was unmounted, or could not be mounted."""

    error: Exception | None


@dataclass(frozen=True, slots=True)
class _Died:
    """The appliance is gone."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """Somebody wants it to end."""


_News = _Ready | _Over | _Died | _Asked


class MountSession:
    """A handle's mounted tree, mounted on a folder of the host.

    Args:
        handle: Launched, with a mounted tree; it stays the caller's, who closes it.
        folder: A true path, as `mount_point.prepare` gives it.
        options: How.
    """

    def __init__(self, handle: Handle, folder: str, options: MountOptions) -> None:
        self._handle, self._folder, self._options = handle, folder, options
        self._news: queue.SimpleQueue[_News] = queue.SimpleQueue()

    def stop(self) -> None:
        """Ask for the end: unmounted at once, even if the folder is in use."""
        self._news.put(_Asked())

    def run(self, on_ready: Callable[[], None], on_death: Callable[[str], None]) -> bool:
        """Mount, and wait until it is unmounted.

        Args:
            on_ready: Called in FUSE's thread when the folder can be used.
            on_death: Called with the reason when the appliance has died. The folder stays, with EIO for every access,
                until nobody uses it any more: an empty folder instead might be taken for the image's content.

        Returns: whether the appliance lived to the end.

        Raises:
            EngineError: it cannot be mounted.
        """
        tree = ImageTree(self._handle)
        token = self._handle.on(Quit, lambda event: self._news.put(_Died(event.reason)))

        def tell_ready() -> None:
            self._news.put(_Ready())
            on_ready()

        operations = Operations(tree, self._options.appearance, tell_ready)
        thread = threading.Thread(target=self._serve, args=[operations], name="cutaway-fuse", daemon=True)
        thread.start()
        try:
            return self._wait(on_death)
        finally:
            self._handle.off(token)
            self._handle.close()  # what still waits for an answer gets EIO
            thread.join(JOIN_S)
            if not thread.is_alive():
                tree.close()

    def _serve(self, operations: Operations) -> None:
        error: Exception | None = None
        try:
            libfuse.serve(operations, self._folder, source=self._options.source, for_all=self._options.for_all)
        except Exception as caught:  # noqa: BLE001 the end of a thread; who waits for it gets the error
            error = caught
        self._news.put(_Over(error))

    def _wait(self, on_death: Callable[[str], None]) -> bool:
        """Wait for the end; what comes before the mount stands is done when it does, or it would be left behind."""
        is_mounted, is_asked, is_alive = False, False, True
        while True:
            match self._next(None if is_alive else RETRY_S):
                case _Ready():
                    is_mounted = True
                case _Asked():
                    is_asked = True
                case _Died(reason):
                    is_alive = False
                    on_death(reason)
                case _Over(error):
                    if error is not None:
                        raise error
                    return is_alive
            if is_mounted and is_asked:
                self._unmount_now()
                return is_alive
            if is_mounted and not is_alive and self._is_unmounted():
                return False

    def _next(self, timeout_s: float | None) -> _News | None:
        try:
            return self._news.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _is_unmounted(self) -> bool:
        """Try to unmount; return False while somebody uses the folder."""
        try:
            mount_point.unmount(self._folder)
        except DestinationError:
            return False
        return True

    def _unmount_now(self) -> None:
        if not self._is_unmounted() and mount_point.find_mount(self._folder) is not None:
            mount_point.unmount(self._folder, lazily=True)
