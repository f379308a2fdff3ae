"""An image inside another as the drive of a handle: opened by the outer handle's worker, lost with its appliance."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import posixpath
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from cutaway.calls import AllCalls
from cutaway.cancel_token import CancelToken
from cutaway.core import HandleCore
from cutaway.drives import Drive
from cutaway.errors import DriveError, EngineError, StateError
from cutaway.events import Closed, Event, Quit
from cutaway.image_chain import ImageChain
from cutaway.inside.outer_files import OuterFiles
from cutaway.inside.probe import InsideProber
from cutaway.inside.serving import ServedContent
from cutaway.records import Mount
from cutaway.runner import Runner
from cutaway.state import State
from cutaway.worker import Worker

T = TypeVar("T")
#: Images within images within images; what is deeper was made to mislead.
DEPTH_MAX = 3


class InsideSource:
    """Implements `ImageSource`: a file of what another handle has mounted.

    Args:
        core, worker: Of the outer handle.
        path: The file in its mounted tree.
    """

    def __init__(self, core: HandleCore, worker: Worker, path: bytes) -> None:
        self._core = core
        self._worker = worker
        self._path = path
        self._mounts: Sequence[Mount] | None = None

    @property
    def depth(self) -> int:
        """How many images it lies in."""
        return 1 + max((one.depth for one in _sources(self._core)), default=0)

    def lies_in(self, core: HandleCore) -> bool:
        """Return whether a handle is needed to read it."""
        return self._core is core or any(one.lies_in(core) for one in _sources(self._core))

    @property
    def name(self) -> str:
        """What a person calls it: the image, and the path in that."""
        return f"{self._image}:{self._path.decode('utf-8', 'surrogateescape')}"

    @property
    def _image(self) -> str:
        return self._core.drives[0].path if self._core.drives else ""

    async def open(self, drive: Drive) -> OpenInside:
        """Open it; an outer appliance that has died is started again, and has the same mounted. See `ImageSource`."""
        future = self._submit(self._open(drive))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            future.add_done_callback(_close_late)
            raise

    def _submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        try:
            return self._worker.submit(work)
        except StateError as error:
            raise self._closed() from error

    def _closed(self) -> DriveError:
        remedy = "Open the image that it lies in again."
        return DriveError(f"{self.name} cannot be read: its image has been closed", path=self.name, remedy=remedy)

    async def _open(self, drive: Drive) -> OpenInside:
        opened = OpenInside(self._core, self._worker, self._image, self.name)
        try:
            await self._revive()
            await opened.begin(drive, self._path)
        except BaseException as error:
            await opened.close()
            if isinstance(error, EngineError) and not isinstance(error, DriveError):
                raise DriveError(f"{self.name} cannot be read: {error}", path=self.name, remedy=error.remedy) from error
            raise
        return opened

    async def _revive(self) -> None:
        """Start the outer appliance again, if it has died since it was first read."""
        if self._core.state is State.CLOSED:
            raise self._closed()
        async with self._core.revival:
            if self._core.state is State.CONFIG and self._mounts:
                await Runner(self._core, CancelToken()).restart(self._mounts)
            elif self._core.state is State.CONFIG and self._mounts is not None:
                await self._core.launch(CancelToken())
            self._mounts = await self._core.run(AllCalls.mount_table, {}, CancelToken())


class OpenInside:
    """Implements `OpenSource`."""

    def __init__(self, core: HandleCore, worker: Worker, image: str, name: str) -> None:
        self._core = core
        self._worker = worker
        self._name = name
        self._files = OuterFiles(core, worker, image)
        self._served: list[ServedContent] = []
        self._lock = threading.Lock()
        self._told: Callable[[str], None] | None = None
        self._why = ""
        self._is_closed = False
        self._token = core.hub.on(Event, self._hear)
        self.files: tuple[str, ...] = ()
        self.chain = ImageChain((), 0)

    async def begin(self, drive: Drive, path: bytes) -> None:
        """Find out what it consists of. In the loop of the outer handle's worker.

        Raises:
            EngineError: it cannot be used.
        """
        await self._files.begin()
        prober = InsideProber(self._files, drive, self._lose)
        self._served = prober.served
        self.chain = await prober.run(path)
        self.files = tuple(self._core.files_of(self._core.require_link("an image inside another")))

    def watch(self, lost: Callable[[str], None]) -> None:
        """Have `lost` called when nothing can be read any more; see `OpenSource`."""
        with self._lock:
            self._told, why = lost, self._why
        if why:
            lost(why)

    def _hear(self, event: Event) -> None:
        """Take note of the end of the outer appliance. In its worker's thread."""
        if isinstance(event, Closed):
            self._lose("its image has been closed")
        elif isinstance(event, Quit) and self._files.needs_appliance:
            self._lose(f"the appliance that shows its image has ended: {event.reason}")

    def _lose(self, why: str) -> None:
        """Tell once that it cannot be read any more; from any thread."""
        with self._lock:
            if self._why or self._is_closed:
                return
            self._why = f"{self._name} cannot be read any more: {why}"
            told = self._told
        for served in self._served:
            served.close()
        if told is not None:
            told(self._why)

    def close_soon(self) -> None:
        """Let go of everything, soon; from any thread."""
        with contextlib.suppress(StateError):
            self._worker.submit(self.close())

    async def close(self) -> None:
        """Let go of everything; see `OpenSource`."""
        with self._lock:
            was_closed, self._is_closed = self._is_closed, True
        if was_closed:
            return
        self._core.hub.off(self._token)
        for served in self._served:
            served.close()
        try:
            closing = self._worker.submit(self._files.close())
        except StateError:  # its thread is over, and its appliance with it
            return
        await asyncio.wrap_future(closing)


def _sources(core: HandleCore) -> list[InsideSource]:
    return [drive.source for drive in core.drives if isinstance(drive.source, InsideSource)]


def _close_late(future: concurrent.futures.Future[OpenInside]) -> None:
    """Close what nobody waits for any more."""
    if not future.cancelled() and future.exception() is None:
        future.result().close_soon()


def refuse_odd_places(inner: HandleCore, source: InsideSource) -> None:
    """Refuse an image that would lie in itself, or too deep.

    Raises:
        ValueError: it would lie in itself.
        DriveError: it is too deep.
    """
    if source.lies_in(inner):
        raise ValueError("an image cannot lie in itself")
    if source.depth > DEPTH_MAX:
        raise DriveError(
            f"{source.name} lies in more than {DEPTH_MAX} images", path=source.name,
            remedy="Extract one of the images that it lies in, and open that.",
        )  # fmt: skip


def path_of(path: str | bytes | os.PathLike[str]) -> bytes:
    """Return a path in an image as bytes, from its root."""
    return posixpath.join(b"/", os.fsencode(path))
