"""Evidence images of EnCase (EWF) as drives: decoded by an appliance of their own, served to the one that shows them.

Nothing of them is parsed on the host: their files are joined to one drive of the decoding appliance, whose daemon reads
them. In the loop of the worker of the handle that shows the disk.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

from cutaway.calls import AllCalls
from cutaway.cancel_token import CancelToken
from cutaway.core import HandleCore
from cutaway.drives import Drive
from cutaway.errors import DriveError, EngineError, GuestError, ImageFormatError, ImageNotFound
from cutaway.events import EventHub, Quit
from cutaway.evidence_files import evidence_files, is_evidence, names
from cutaway.image_chain import ChainMember, ImageChain
from cutaway.inside.content import Content, Joined, Part
from cutaway.inside.guest_reading import guest_read
from cutaway.inside.serving import ServedContent
from cutaway.worker import Worker


async def with_evidence(drive: Drive, core: HandleCore, worker: Worker) -> Drive:
    """Return a drive; of an evidence image one that is decoded.

    Args:
        drive: What is added.
        core: To which handle.
        worker: Where that lives; this runs there.

    Raises:
        ImageFormatError: it is one, and would be written.
    """
    if drive.format is not None or not await asyncio.to_thread(is_evidence, drive.path):
        return drive
    if not drive.readonly:
        raise ImageFormatError(
            f"{drive.path} is an evidence image, and cannot be written", path=drive.path,
            remedy="Save it as an image, and change that.",
        )  # fmt: skip
    return replace(drive, source=EvidenceSource(core, worker))


class EvidenceSource:
    """Implements `ImageSource`.

    Args:
        core, worker: Of the handle that gets the drive.
    """

    def __init__(self, core: HandleCore, worker: Worker) -> None:
        self._core = core
        self._worker = worker

    async def open(self, drive: Drive) -> OpenEvidence:
        """Start what decodes it, and find out how large it is. See `ImageSource`."""
        files = await asyncio.to_thread(evidence_files, drive.path)
        hub = EventHub()
        decoder = HandleCore(self._core.settings, self._core.hypervisor, hub)
        opened = OpenEvidence(decoder, drive.path, tuple(files))
        hub.on(Quit, opened.hear)
        try:
            await opened.begin(self._worker, list(files.values()))
        except BaseException as error:
            await opened.close()
            if isinstance(error, EngineError) and not isinstance(error, DriveError):
                raise DriveError(
                    f"{drive.path} cannot be decoded: {error}", path=drive.path, remedy=error.remedy
                ) from error
            raise
        return opened


class OpenEvidence:
    """Implements `OpenSource`."""

    def __init__(self, decoder: HandleCore, path: str, files: tuple[str, ...]) -> None:
        self._decoder = decoder
        self._path = path
        self._served: ServedContent | None = None
        self._told: Callable[[str], None] | None = None
        self.files = files
        self.chain = ImageChain((), 0)

    async def begin(self, worker: Worker, sizes: list[int]) -> None:
        """Start the appliance that decodes it.

        Raises:
            EngineError: it cannot be decoded.
        """
        await self._decoder.add_drive(Drive(self._path, "", protect=True, source=JoinedFiles(self.files)))
        await self._decoder.launch(CancelToken())
        (device,) = await self._decoder.run(AllCalls.list_devices, {}, CancelToken())
        arguments = {"device": device, "sizes": sizes}
        try:
            size = await self._decoder.run(AllCalls.evidence_open, arguments, CancelToken())
        except GuestError as error:
            raise self._refusal(error) from error
        read = guest_read(self._decoder, worker, AllCalls.evidence_read, {})
        content = Joined([Part(Content(size, read, is_kept=True), 0, size)])
        self._served = ServedContent(content, self._lose)
        member = ChainMember(self._path, "raw", None, is_block_device=False, served=self._served)
        self.chain = ImageChain((member,), content.size)

    def _refusal(self, error: GuestError) -> DriveError:
        if error.errno_name != "ENOENT":
            return ImageFormatError(f"{self._path} cannot be decoded: {error}", path=self._path)
        following = next(itertools.islice(names(self._path), len(self.files), None))
        return ImageNotFound(
            f"{self._path} goes on in {following}, which is missing", path=self._path,
            remedy="Put all files of the evidence image into one folder.",
        )  # fmt: skip

    def watch(self, lost: Callable[[str], None]) -> None:
        """Have `lost` called when nothing can be read any more; see `OpenSource`."""
        self._told = lost

    def hear(self, event: Quit) -> None:
        """Take note of the end of the appliance."""
        self._lose(f"the appliance that decodes it has ended: {event.reason}")

    def _lose(self, why: str) -> None:
        """Tell once that it cannot be read any more; from any thread."""
        told, self._told = self._told, None
        if told is not None:
            told(f"{self._path} cannot be read any more: {why}")

    async def close(self) -> None:
        """End all of it."""
        self._told = None
        if self._served is not None:
            self._served.close()
        await self._decoder.close()


class JoinedFiles:
    """Files of the host, one after another, as one drive: implements `ImageSource` and `OpenSource`."""

    def __init__(self, files: tuple[str, ...]) -> None:
        self.files = files
        member = ChainMember(files[0], "raw", None, is_block_device=False, extents=files[1:])
        self.chain = ImageChain((member,), 0)

    async def open(self, drive: Drive) -> JoinedFiles:  # noqa: ARG002 what it is does not matter
        """Return itself: qemu opens the files."""
        return self

    def watch(self, lost: Callable[[str], None]) -> None:
        """Do nothing: files stay."""

    async def close(self) -> None:
        """Do nothing: qemu closes the files."""
