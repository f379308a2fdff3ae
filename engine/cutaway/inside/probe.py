"""What an image inside another consists of: its format, its backing files beside it; and the refusals.

As `image_probe` for files of the host, but that all names lead into the tree that the outer appliance has mounted: what
an image names can be nothing but another part of the same outer image. In the loop of the outer handle's worker.
"""

from __future__ import annotations

import asyncio
import posixpath
import re
import socket
from collections.abc import Callable
from typing import Any

from cutaway.drives import Drive
from cutaway.errors import BackingFileError, DriveError, ImageFormatError, ImageIncomplete
from cutaway.image_chain import ChainMember, ImageChain
from cutaway.image_file import FileFacts, facts_of
from cutaway.image_judgement import DAMAGED, judge, refuse_encrypted, refuse_incomplete
from cutaway.image_magic import FORMATS, format_of
from cutaway.image_refusals import refuse_other_kinds
from cutaway.image_snapshots import Snapshot, disk_bytes, header_of
from cutaway.inside.content import Content, ContentLost, Joined, Part
from cutaway.inside.outer_files import OuterFiles
from cutaway.inside.serving import ServedContent
from cutaway.inside.text_vmdk import TextExtent, text_extents
from cutaway.qemu_img import served_image_info

#: A longer chain is a mistake or an attack.
CHAIN_MAX = 32
_EXTRACT = "Extract it and what it builds on into one folder, and open it there."


class InsideProber:
    """One walk down a chain.

    Args:
        files: The files of the outer image.
        drive: What is asked for: format, snapshot, what is allowed.
        lost: Told why nothing can be read any more.

    Attributes:
        served: What serves each member of the chain.
    """

    def __init__(self, files: OuterFiles, drive: Drive, lost: Callable[[str], None]) -> None:
        self._files = files
        self._drive = drive
        self._lost = lost
        self._seen: set[bytes] = set()
        self._snapshots: tuple[Snapshot, ...] = ()
        self.served: list[ServedContent] = []

    async def run(self, path: bytes) -> ImageChain:
        """Return what an image consists of.

        Raises:
            DriveError: it cannot be used; ImageNotFound, ImageFormatError, BackingFileError … as `image_probe.probe`.
        """
        members: list[ChainMember] = []
        size_bytes = 0
        given, below = self._drive.format, path
        while below:
            try:
                member, size, below, given = await self._member(below, given)
            except (DriveError, OSError, ContentLost) as error:
                raise self._explained(below, error, is_top=not members) from error
            members.append(member)
            size_bytes = size_bytes or size
        return ImageChain(tuple(members), size_bytes, self._snapshots)

    def _explained(self, path: bytes, error: Exception, *, is_top: bool) -> DriveError:
        """Return what is said of a file that cannot be used."""
        if not isinstance(error, DriveError):
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return DriveError(f"{self._files.name_of(path)} cannot be read: {reason}", path=self._drive.path)
        if is_top or isinstance(error, BackingFileError | ImageIncomplete):
            return error
        return BackingFileError(
            f"a file that {self._drive.name} builds on cannot be used: {error}", path=self._drive.path,
            backing=self._files.name_of(path), remedy="Look for it in the image, or in another one.",
        )  # fmt: skip

    async def _member(self, path: bytes, given: str | None) -> tuple[ChainMember, int, bytes, str | None]:
        """Return a member, its size, and the name and recorded format of the file below it."""
        await self._refuse_loops(path)
        is_top = not self.served
        content = await self._files.open(path)
        facts = await self._look(path, content, in_archives=is_top and given is None)
        kind = given or format_of(facts.head, facts.tail)
        if kind not in FORMATS:
            raise ImageFormatError(f"{facts.path} is of the format {kind}, which cannot be opened", path=facts.path)
        if is_top and facts.piece is None:
            self._snapshots = facts.snapshots
        if kind == "raw" and given is None:
            refuse_other_kinds(facts, self._drive.path)
        judge(facts, kind, self._drive.path)
        refuse_incomplete(facts, self._drive.path, self._drive.allowed)
        header = b""
        if is_top and self._drive.snapshot is not None:
            header = header_of(facts.head, facts.snapshots, self._drive.snapshot, facts.path, kind)
        if kind == "vmdk" and facts.descriptor and (extents := text_extents(facts.descriptor, facts.path)):
            joined = Joined([await self._extent(path, extent) for extent in extents])
            return self._raw(facts.path, joined), joined.size, b"", None
        begin, length = (facts.piece.offset, facts.piece.size) if facts.piece else (0, content.size)
        joined = Joined([Part(content, begin, length)], header)
        if kind == "raw":
            return self._raw(facts.path, joined), joined.size, b"", None
        return await self._with_format(path, facts, kind, joined, disk_bytes(header))

    def _raw(self, name: str, joined: Joined) -> ChainMember:
        return ChainMember(name, "raw", None, is_block_device=False, served=self._serve(joined))

    def _serve(self, joined: Joined) -> ServedContent:
        self.served.append(ServedContent(joined, self._lost))
        return self.served[-1]

    async def _refuse_loops(self, path: bytes) -> None:
        real = await self._files.real(path)
        if real in self._seen or len(self._seen) >= CHAIN_MAX:
            what = "is its own backing file" if real in self._seen else f"is file {CHAIN_MAX + 1} of one chain"
            name = self._files.name_of(path)
            raise BackingFileError(
                f"{name} {what}", path=self._drive.path, backing=name,
                remedy="The image is damaged or was made to mislead.",
            )  # fmt: skip
        self._seen.add(real)

    async def _look(self, path: bytes, content: Content, *, in_archives: bool) -> FileFacts:
        name = self._files.name_of(path)
        return await asyncio.to_thread(
            facts_of, name, content.size, content.head, in_archives=in_archives, member=self._drive.member
        )

    async def _extent(self, owner: bytes, extent: TextExtent) -> Part:
        """Return a part of a disk that a VMDK's text names."""
        if extent.name is None:
            return Part(None, 0, extent.length)
        path = self._beside(owner, extent.name, "keeps its data in")
        content = await self._files.open(path)
        if extent.offset + extent.length > content.size and self._files.name_of(path) not in self._drive.allowed:
            raise ImageFormatError(
                f"{self._files.name_of(path)} is shorter than {self._files.name_of(owner)} says",
                path=self._drive.path, remedy=DAMAGED,
            )  # fmt: skip
        return Part(content, extent.offset, extent.length)

    async def _with_format(
        self, path: bytes, facts: FileFacts, kind: str, joined: Joined, snapshot_size: int
    ) -> tuple[ChainMember, int, bytes, str | None]:
        served = self._serve(joined)
        info = await self._info(served, facts, kind)
        size, name = info.get("virtual-size"), info.get("backing-filename")
        recorded = info.get("backing-filename-format")
        if not isinstance(size, int) or size <= 0:
            raise ImageFormatError(f"{facts.path} has no size of its own", path=self._drive.path, remedy=DAMAGED)
        if info.get("encrypted"):
            refuse_encrypted(facts.path, self._drive.path)
        below = self._backing(path, facts, str(name)) if name else b""
        backing = self._files.name_of(below) if below else None
        member = ChainMember(facts.path, kind, backing, is_block_device=False, served=served)
        return member, snapshot_size or size, below, str(recorded) if recorded else None

    async def _info(self, served: ServedContent, facts: FileFacts, kind: str) -> dict[str, Any]:
        ours, theirs = socket.socketpair()
        try:
            served.serve(ours)
            return await served_image_info(theirs.fileno(), facts.path, kind, self._drive.path)
        finally:
            theirs.close()

    def _backing(self, owner: bytes, facts: FileFacts, told: str) -> bytes:
        """Return the path of a backing file in the outer image."""
        if facts.piece is not None:
            raise BackingFileError(
                f"{facts.piece.name!r} in {facts.path} needs further files", path=self._drive.path,
                backing=facts.path, remedy="Extract the archive, unpack it with 'tar -xf', and open what comes out.",
            )  # fmt: skip
        name = facts.backing_name or told.encode("utf-8", "surrogateescape")
        return self._beside(owner, name, "builds on")

    def _beside(self, owner: bytes, name: bytes, verb: str) -> bytes:
        """Return where a name leads that stands in a file of the outer image: always into that image."""
        if re.match(rb"[^/:]*:", name) or b"\0" in name or not name:
            raise BackingFileError(
                f"{self._files.name_of(owner)} {verb} {name.decode('utf-8', 'replace')!r}, which is no plain file",
                path=self._drive.path, backing=self._files.name_of(owner), remedy=_EXTRACT,
            )  # fmt: skip
        return posixpath.join(posixpath.dirname(owner), name)
