"""Bulk work in an appliance of its own, so that the person goes on browsing meanwhile.

GUI thread, one coroutine per piece of work. The appliance lives exactly as long as the coroutine.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cutaway.aio import AsyncHandle
from cutaway.mount_plan import MountTree
from cutaway.records import Mount
from cutaway.transfer.job import ExtractOptions, ExtractReport, LeftOut
from cutaway.transfer.journal import Unfinished
from cutaway.transfer.policy import ExtractPolicy

from cutaway_app.bridge.image_edit import ImageEdit
from cutaway_app.bridge.locks import FindUnlocked, locks_explained
from cutaway_app.bridge.log_feed import MakeListener
from cutaway_app.bridge.machine_drives import attach
from cutaway_app.models.machine import Machine

#: How often a dead appliance is started again before the work fails.
RESTARTS = 2
MakeHandle = Callable[[str], AsyncHandle]
FindEdit = Callable[[str], ImageEdit | None]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What to copy out of which image: paths in a mounted tree, the folder of the host, and the rules.

    Attributes:
        resume: What a killed program has left of it, to go on with.
        is_remembered: Whether it is to be offered again if this program is killed.
        archive: The name of the archive in that folder into which everything goes; "" for the folder itself.
        failures: What an earlier try could not have: only this is got now, into its places.
        verify: Whether every file is compared with what the appliance reads.
        manifest: A new file of the host for all that is found; "" for none.
    """

    machine: Machine
    tree: MountTree
    paths: tuple[bytes, ...]
    folder: str
    policy: ExtractPolicy = field(default_factory=ExtractPolicy)
    resume: Unfinished | None = None
    is_remembered: bool = True
    archive: str = ""
    failures: tuple[LeftOut, ...] = ()
    verify: bool = False
    manifest: str = ""

    @property
    def image(self) -> str:
        """The image file on the host."""
        return self.machine.image

    @property
    def can_be_noted(self) -> bool:
        """Whether it can be gone on with by a note: no archive can, nothing got again, nor an image inside another."""
        return self.is_remembered and not self.archive and not self.failures and self.machine.inside is None


async def carry_out(handle: AsyncHandle, work: Extraction, options: ExtractOptions) -> ExtractReport:
    """Carry out an extraction with a handle in which its tree is mounted.

    Raises:
        EngineError: it failed; nothing partial is left.
    """
    if work.failures:
        return await handle.retry_out(work.failures, work.folder, policy=work.policy, options=options)
    if work.archive:
        target = os.path.join(work.folder, work.archive)
        return await handle.archive_out(list(work.paths), target, policy=work.policy, options=options)
    return await handle.copy_out(list(work.paths), work.folder, policy=work.policy, options=options)


def note_of(work: Extraction) -> dict[str, Any]:
    """Return what an extraction is as JSON; `extraction_of` reads it."""
    return {
        "image": work.image, "title": work.tree.title, "folder": work.folder, "policy": asdict(work.policy),
        "mounts": [[item.mountable, _text(item.mountpoint), item.options] for item in work.tree.mounts],
        "paths": [_text(path) for path in work.paths],
        "further": list(work.machine.further), "allowed": sorted(work.machine.allowed),
        "snapshot": work.machine.snapshot,
        "verify": work.verify, "manifest": work.manifest,
    }  # fmt: skip


def extraction_of(left: Unfinished) -> Extraction | None:
    """Return the extraction that a killed program has left; None if its note is of another version."""
    note = left.work
    try:
        mounts = tuple(Mount(device, _bytes(point), "", options) for device, point, options in note["mounts"])
        machine = Machine(
            note["image"], tuple(note.get("further", ())), frozenset(note["allowed"]), note.get("snapshot")
        )
        return Extraction(
            machine, MountTree(note["title"], mounts), tuple(_bytes(path) for path in note["paths"]),
            note["folder"], ExtractPolicy(**note["policy"]), left,
            verify=bool(note.get("verify")), manifest=str(note.get("manifest", "")),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


class Extractor:
    """Carries out extractions.

    Args:
        make: Makes a handle for an image.
        listener: Gives what is called with every event of an image's handle.
        find_edit: Gives what changes a machine, by its key, if it is edited: then only its appliance has the changes.
        find_unlocked: Gives what is unlocked of a machine, by its key.
    """

    def __init__(
        self,
        make: MakeHandle,
        listener: MakeListener,
        find_edit: FindEdit = lambda _path: None,
        find_unlocked: FindUnlocked = lambda _path: (),
    ) -> None:
        self._make = make
        self._listener = listener
        self._find_edit = find_edit
        self._find_unlocked = find_unlocked
        self._handles: set[AsyncHandle] = set()

    def can_leave(self, work: Extraction) -> bool:
        """Return whether an extraction that runs can be left for later, to be gone on with by another process."""
        return work.can_be_noted and self._find_edit(work.machine.key) is None

    async def run(self, work: Extraction, options: ExtractOptions) -> ExtractReport:
        """Copy files and folders out of an image; cancelling leaves nothing behind.

        If the appliance dies it is started again, and the work goes on where it was.

        Raises:
            EngineError: it failed; nothing partial is left.
        """
        options = replace(options, verify=work.verify, manifest=work.manifest)
        edit = self._find_edit(work.machine.key)
        if edit is not None:
            return await edit.take_out(work.tree, lambda handle, wishes: carry_out(handle, work, wishes), options)
        handle = self._make(work.image)
        self._handles.add(handle)
        handle.listen(self._listener(work.image))
        try:
            await attach(handle, work.machine)
            await handle.unlock_at_launch(self._find_unlocked(work.machine.key))
            await handle.launch()
            async with locks_explained(handle, work.image):
                await handle.mount_tree(work.tree.arguments)
            note = note_of(work) if work.can_be_noted else None
            return await carry_out(handle, work, replace(options, restarts=RESTARTS, resume=work.resume, work=note))
        finally:
            await asyncio.shield(handle.close())
            self._handles.discard(handle)

    def kill_all(self) -> None:
        """End all appliances at once: what they do fails now, instead of when the guest has heard of its end."""
        for handle in self._handles:
            handle.kill_subprocess()
