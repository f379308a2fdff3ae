"""The changes to one image: mounted for writing, put in, saved, one after the other, in the appliance that shows it.

GUI thread; everything is awaited. What is written goes to the drive's overlay and is gone with the appliance; the image
itself is never written.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from cutaway.aio import AsyncHandle
from cutaway.errors import EngineError, GuestError, NotFound
from cutaway.insertion.policy import InsertPolicy, InsertReport
from cutaway.mount_plan import MountTree
from cutaway.state import State
from cutaway.transfer.job import ExtractOptions, ExtractReport, ProgressCallback
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.preview import ExtractPreview, Found

from cutaway_app.bridge.progress import progress_told
from cutaway_app.bridge.saving import SaveFormat, Told
from cutaway_app.models.access import EXECUTE, AccessChange
from cutaway_app.names import user_names

#: So much of a list of users or groups is read.
_ACCOUNTS_MAX = 1 << 20
#: Takes something out with a handle, as the options say.
CarryOut = Callable[[AsyncHandle, ExtractOptions], Awaitable[ExtractReport]]


class ImageEdit:
    """Changes one image.

    Attributes:
        turns: Held by whoever puts in, saves or takes out, so that nothing else is mounted meanwhile.
    """

    def __init__(self, handle: AsyncHandle) -> None:
        self._handle = handle
        self._tree: MountTree | None = None
        self.turns = asyncio.Lock()

    async def mount(self, tree: MountTree) -> list[str]:
        """Mount a tree for writing, when nobody needs what is mounted; return sentences about what is not so.

        Raises:
            GuestError: it cannot be mounted, not even for reading.
        """
        if tree == self._tree:
            return []
        async with self.turns:
            return await self._mount(tree)

    async def _mount(self, tree: MountTree) -> list[str]:
        self._tree = None
        try:
            warnings = await self._handle.mount_tree(tree.arguments, readonly=False)
        except GuestError as error:
            warnings = await self._handle.mount_tree(tree.arguments)
            warnings.insert(0, f"{tree.title} can only be read, nothing can be put into it: {error}.")
        self._tree = tree
        return warnings

    async def put(
        self, tree: MountTree, paths: Sequence[str], folder: bytes, policy: InsertPolicy, told: ProgressCallback
    ) -> InsertReport:
        """Put files and folders of the host into a folder of a tree. Hold `turns`.

        Raises:
            EngineError: it failed; nothing of it is in the image.
        """
        self._require(tree)
        return await self._handle.copy_in(paths, folder, policy=policy, on_progress=told)

    async def make_folder(self, tree: MountTree, path: bytes) -> None:
        """Make a folder. Hold `turns`.

        Raises:
            EngineError: it cannot be made, or something has its name.
        """
        self._require(tree)
        await self._handle.mkdir(path)

    async def move(self, tree: MountTree, old: bytes, new: bytes) -> None:
        """Give something another name or place, which nothing else has. Hold `turns`.

        Raises:
            EngineError: it cannot be moved, or something else has that name.
        """
        self._require(tree)
        with contextlib.suppress(NotFound):
            there, here = await self._handle.lstat(new), await self._handle.lstat(old)
            if (there.dev, there.ino) != (here.dev, here.ino):  # the same: only its case changes
                raise EngineError("Something of that name is there already", remedy="Choose another name.")
        await self._handle.mv(old, new)

    async def delete(self, tree: MountTree, paths: Sequence[bytes], told: Callable[[int, int], None]) -> None:
        """Remove files and folders with all that is in them; `told` gets entries done and in all. Hold `turns`.

        Raises:
            EngineError: it failed; what was removed before stays removed.
        """
        self._require(tree)
        with progress_told(self._handle, "rm_rf", told):
            for path in paths:
                await self._handle.rm_rf(path)

    async def accounts(self, tree: MountTree) -> tuple[dict[int, str], dict[int, str]]:
        """Return the names of the users and groups of a tree by number; empty if it has none. Hold `turns`."""
        self._require(tree)
        return await self._names(b"/etc/passwd"), await self._names(b"/etc/group")

    async def _names(self, path: bytes) -> dict[int, str]:
        try:
            return user_names(await self._handle.pread(path, _ACCOUNTS_MAX, 0))
        except GuestError:
            return {}

    async def set_access(
        self, tree: MountTree, paths: Sequence[bytes], change: AccessChange, told: Callable[[int, int], None]
    ) -> None:
        """Change owners and permissions; `told` gets entries done and in all. Hold `turns`.

        Raises:
            EngineError: it failed; what was changed before stays changed.
        """
        self._require(tree)
        with progress_told(self._handle, "set_access", told):
            for path in paths:
                is_tree = change.recursive and (await self._handle.lstat(path)).is_dir
                execute = change.add & EXECUTE if is_tree else 0
                await self._handle.set_access(
                    path, change.owner, change.group, change.remove, change.add & ~execute, execute, is_tree
                )

    async def save(self, device: str, target: str, image_format: SaveFormat, told: Told) -> None:
        """Save a device with its changes as a new image. Hold `turns`.

        Meanwhile the tree is mounted for reading only: what is saved is complete, and can be looked at.

        Raises:
            EngineError: it failed; nothing partial is left.
        """
        tree = self._tree
        try:
            if tree is not None:
                await self._handle.mount_tree(tree.arguments)
            await self._handle.save_device(device, target, format=image_format, on_progress=told)
        finally:
            if tree is not None and self._handle.state in {State.READY, State.BUSY}:
                await self._mount(tree)

    async def take_out(self, tree: MountTree, carry_out: CarryOut, options: ExtractOptions) -> ExtractReport:
        """Copy files and folders out of a tree as they are now, when nobody else changes them.

        Raises:
            EngineError: it failed; nothing partial is left.
        """
        async with self.turns:
            self._require(tree)
            wishes = replace(options, restarts=0, resume=None, work=None)  # a new appliance would not have the changes
            return await carry_out(self._handle, wishes)

    async def preview(
        self, tree: MountTree, paths: Sequence[bytes], folder: str, policy: ExtractPolicy, found: Found
    ) -> ExtractPreview:
        """Say what `copy_out` would do, when nobody else changes the tree.

        Raises:
            EngineError: it could not be found out.
        """
        async with self.turns:
            self._require(tree)
            return await self._handle.preview_copy_out(list(paths), folder, policy=policy, on_found=found)

    def _require(self, tree: MountTree) -> None:
        if tree != self._tree:
            raise EngineError(
                f"{tree.title} is not mounted any more, since something else of the image was shown",
                remedy="Show it again, then try again.",
            )
