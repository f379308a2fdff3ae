"""One image's appliance, as the operations see it: open, mount, list, read, restart, close.

GUI thread; everything is awaited. Holds the handle, which nobody else of the window touches. Knows no widgets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager

from cutaway import Snapshot
from cutaway.calls import AllCalls
from cutaway.errors import EngineError, GuestError
from cutaway.events import BootPhase, Event, Quit
from cutaway.mount_plan import MountTree
from cutaway.records import ContentHit, ExtendedAttribute, FolderEntry, Stat, StatVfs, Survey
from cutaway.state import State
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.preview import ExtractPreview, Found
from cutaway.unlocking import Unlocked

from cutaway_app.bridge.image_edit import ImageEdit
from cutaway_app.bridge.image_readers import ImageReaders
from cutaway_app.bridge.locks import lock_again, unlock_by
from cutaway_app.bridge.machine_drives import attach
from cutaway_app.bridge.progress import Told, progress_told
from cutaway_app.bridge.standby import Starting
from cutaway_app.models.machine import Machine
from cutaway_app.names import image_name, join_path, normal_path, user_names

#: The longest piece that one call may bring.
READ_MAX = 2 * 1024 * 1024


class ImageEngine(ImageReaders):
    """The appliance of one image.

    Attributes:
        edit: What changes the image, while it is edited.

    Args:
        starting: A handle without drives that is ready or being launched.
        path: The image.
        listen: Called with every event of the handle.
        died: Called with the reason when the appliance has died by itself.
    """

    def __init__(
        self, starting: Starting, path: str, *, listen: Callable[[Event], None], died: Callable[[str], None]
    ) -> None:
        self.path = path
        self.edit: ImageEdit | None = None
        self._mounted: MountTree | None = None
        self._mounting = asyncio.Lock()
        self._starting = starting
        super().__init__(starting.handle)
        self._died = died
        self._tokens = [self._handle.listen(listen), self._handle.listen(self._on_event)]
        self._closing: asyncio.Future[None] | None = None

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Quit):
            self.edit = self._mounted = None
            if not event.expected:
                self._died(event.reason)

    async def open(self, phase: Callable[[str, float | None], None], machine: Machine) -> Survey:
        """Wait for the appliance, attach the image and look through it, telling each step.

        Args:
            phase: Called with the name of a step and how far all is.
            machine: The image with its further disks.

        Raises:
            LaunchError, DriveError, EngineError: it cannot be opened.
        """
        with self._boot_told(phase):
            await self._starting.wait()
        if machine.inside is not None:
            phase(f"Opening {image_name(machine.inside.machine.image)}, which it lies in", 0.8)
        else:
            phase("Attaching the image", 0.8)
        await attach(self._handle, machine)
        phase("Looking for systems and file systems", 0.85)
        return await self._handle.survey()

    @property
    def chains(self) -> list[tuple[str, ...]]:
        """The files that the images consist of: for each it itself, then what it builds on."""
        return list(dict.fromkeys(self._handle.backing_chain(drive) for drive in self._handle.drives))

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The points in time that the image keeps."""
        return self._handle.snapshots(self._handle.drives[0]) if self._handle.drives else ()

    async def add_disk(self, path: str, allowed: frozenset[str]) -> None:
        """Plug in another disk of the same machine: one image, or all in an archive.

        Raises:
            DriveError: it cannot be used; nothing has changed.
        """
        await self._handle.add_images(path, allowed=allowed)

    @property
    def unlocked(self) -> tuple[Unlocked, ...]:
        """What was unlocked of the image, with its keys: for other appliances of it, and nothing else."""
        return self._handle.unlocked

    async def unlock(self, device: str, keys: Sequence[bytes]) -> None:
        """Unlock an encrypted volume by the first of these keys that is its own; cancelled, it stays locked.

        Raises:
            WrongKey: none is.
            EngineError: it cannot be unlocked.
        """
        await unlock_by(self._handle, device, keys)

    async def lock(self, device: str) -> None:
        """Lock a volume again, and forget its key; nothing of the image is mounted then.

        Raises:
            EngineError: it stays unlocked.
        """
        async with self._mounting:
            if self.edit is not None:
                raise EngineError("a copy of the image is edited", remedy="Stop editing first.")
            self._mounted = None
            await lock_again(self._handle, device)

    async def survey(self) -> Survey:
        """Look through the image again: there is more in it after an unlocking."""
        return await self._handle.survey()

    @contextmanager
    def _boot_told(self, phase: Callable[[str, float | None], None]) -> Iterator[None]:
        token = self._handle.listen(lambda event: _tell_boot(event, phase))
        try:
            yield
        finally:
            self._handle.unlisten(token)

    async def mount(self, tree: MountTree) -> list[str]:
        """Mount a tree instead of what was mounted; return a sentence for each part that was not."""
        async with self._mounting:
            if self.edit is None:
                self._mounted = None
                warnings = await self._handle.mount_tree(tree.arguments)
                self._mounted = tree
                return warnings
        return await self.edit.mount(tree)

    async def begin_edit(self) -> list[str]:
        """Mount for writing from now on, what is mounted too; what is written is gone with the appliance.

        Raises:
            EngineError: it cannot be mounted again; the image is not edited.
        """
        async with self._mounting:
            edit = ImageEdit(self._handle)
            warnings = await edit.mount(self._mounted) if self._mounted is not None else []
            self.edit = edit
        return warnings

    def listing(self, path: bytes) -> AsyncGenerator[list[FolderEntry], None]:
        """Give the entries of a folder page by page; closing the generator, as one must, cancels the listing."""
        return self._handle.pages(AllCalls.scandir, path)

    def found(self, path: bytes, text: str) -> AsyncGenerator[list[FolderEntry], None]:
        """Give what lies below a folder and has a text in its name, as it is found; as `listing` otherwise."""
        return self._handle.pages(AllCalls.search, path, text)

    async def content_found(self, path: bytes, text: str, told: Told) -> AsyncGenerator[list[ContentHit], None]:
        """Give where a text stands in files below a folder, once for each, as it is found; as `listing` otherwise.

        `told` gets the bytes that were looked at, and all of them.
        """
        found = self._handle.pages(AllCalls.search_contents, path, text, ignore_case=True, first_only=True)
        with progress_told(self._handle, "search_contents", told):
            async with aclosing(found) as pages:
                async for page in pages:
                    yield page

    async def measure(self, tree: MountTree) -> dict[str, StatVfs]:
        """Return how full the mounted file systems of a tree are; what cannot be asked is left out."""
        use: dict[str, StatVfs] = {}
        for mount in tree.mounts:
            try:
                use[mount.mountable] = await self._handle.statvfs(mount.mountpoint)
            except GuestError:
                continue
        return use

    async def owners(self) -> dict[int, str]:
        """Return the names of users by number, from the mounted tree's /etc/passwd; empty if it has none."""
        try:
            return user_names(await self._handle.pread(b"/etc/passwd", READ_MAX, 0))
        except GuestError:
            return {}

    async def read(self, path: bytes, offset: int, count: int) -> bytes:
        """Return a piece of a file; shorter at its end."""
        return await self._handle.pread(path, min(count, READ_MAX), offset)

    async def status(self, path: bytes) -> Stat:
        """Return the status of an entry, of the link itself if it is one."""
        return await self._handle.lstat(path)

    async def real_path(self, path: bytes) -> bytes:
        """Return where a path leads through all links, as the guest follows them: never out of the mounted tree.

        Raises:
            GuestError: it leads nowhere.
        """
        return normal_path(await self._handle.realpath(path))

    async def is_folder(self, path: bytes) -> bool:
        """Return whether a path leads to a directory."""
        return await self._handle.is_dir(path, followsymlinks=True)

    async def attributes(self, folder: bytes, name: bytes) -> list[ExtendedAttribute]:
        """Return the extended attributes of an entry; none where the file system has none."""
        try:
            return await self._handle.lgetxattrs(join_path(folder, name))
        except GuestError:
            return []

    async def preview_extraction(
        self, tree: MountTree, paths: Sequence[bytes], folder: str, policy: ExtractPolicy, found: Found
    ) -> ExtractPreview:
        """Say what an extraction of a tree that is mounted would do; nothing is written.

        Raises:
            EngineError: it could not be found out, or another tree is mounted.
        """
        if self.edit is not None:
            return await self.edit.preview(tree, paths, folder, policy, found)
        if tree != self._mounted:
            raise EngineError(f"{tree.title} is not mounted any more", remedy="Show it again, then try again.")
        return await self._handle.preview_copy_out(list(paths), folder, policy=policy, on_found=found)

    async def restart(self, phase: Callable[[str, float | None], None]) -> None:
        """Start the appliance again with the same image, ending it first if it runs; nothing is mounted then.

        Args:
            phase: Called with the name of a step and how far all is.

        Raises:
            LaunchError, DriveError: it does not start.
        """
        if self._handle.state in {State.READY, State.BUSY}:
            await self._end()
        with self._boot_told(phase):
            await self._handle.launch()

    async def _end(self) -> None:
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def hear(event: Event) -> None:
            if isinstance(event, Quit) and not ended.done():
                ended.set_result(None)

        token = self._handle.listen(hear)
        try:
            self._handle.kill_subprocess()
            await ended
        finally:
            self._handle.unlisten(token)

    def kill(self) -> None:
        """End the appliance at once; what runs in it fails."""
        self._handle.kill_subprocess()

    async def close(self) -> None:
        """End the appliance for good; nothing is reported any more. May be called again."""
        if self._closing is None:
            for token in self._tokens:
                self._handle.unlisten(token)
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self._starting.launch.cancel()
        (outcome,) = await asyncio.gather(self._starting.launch, return_exceptions=True)
        if outcome is not None and not isinstance(outcome, EngineError | asyncio.CancelledError):
            raise outcome
        await self._handle.close()


def _tell_boot(event: Event, phase: Callable[[str, float | None], None]) -> None:
    if isinstance(event, BootPhase):
        phase(event.name, event.fraction * 0.75)
