"""What an image consists of: its format, its backing files, its size; and the refusals, before qemu sees any of it.

Images are hostile. Files without one of qemu's magics are raw and need no child process; all others are read by
qemu-img in a child with limits, one file at a time, so that a name that an image gives for another file is judged
here before anything opens it. Runs in any event loop; file access happens in a helper thread. Attaches nothing.
"""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import replace
from typing import Any

from cutaway.drives import Drive
from cutaway.errors import BackingFileError, DriveError, ImageFormatError
from cutaway.image_chain import ChainMember, ImageChain
from cutaway.image_file import FileFacts, look
from cutaway.image_judgement import DAMAGED, judge, refuse_encrypted, refuse_incomplete
from cutaway.image_magic import FORMATS, format_of, is_vmdk, vmdk_extents
from cutaway.image_parts import next_part
from cutaway.image_refusals import refuse_other_kinds
from cutaway.image_snapshots import Snapshot, disk_bytes, header_of
from cutaway.qemu_img import image_info

#: A longer chain is a mistake or an attack.
CHAIN_MAX = 100
REPLACED = "\N{REPLACEMENT CHARACTER}"
SECTOR = 512


async def probe(
    path: str,
    *,
    format: str | None = None,  # noqa: A002 the field's own term
    allowed: frozenset[str] = frozenset(),
    is_written: bool = False,
    member: int | None = None,
    snapshot: str | None = None,
) -> ImageChain:
    """Find out what an image consists of.

    Args:
        path: The image file or block device.
        format: Its format, if the person says so; then its content does not decide.
        allowed: Files that the person has allowed: backing files outside the image's folder, incomplete files.
        is_written: Whether it will be written: then every file that its data goes to has to be its own by name.
        member: Which image it is, counted from 0, if the file is an archive (OVA); None: the only one.
        snapshot: Which point in time of it; None: now.

    Raises:
        ImageNotFound: there is no such file, or a part of it is missing.
        ImageUnreadable: a folder, empty, no permission, or no file at all.
        ImageCompressed: it, or a file below it, is compressed.
        ImageFormatError: encrypted, damaged, truncated or of an unknown format.
        ImageIncomplete: it, or a file below it, ends before its own tables say, and is not allowed.
        BackingFileError: a file below it is missing, in a loop, or must not be opened.
    """
    top = os.path.abspath(path)  # noqa: ASYNC240 asks only for the working folder
    prober = await asyncio.to_thread(_Prober, top, allowed, member, snapshot)
    chain = await prober.run(format)
    if is_written:
        prober.refuse_to_write_others(chain.members[0])
    return chain


async def probe_drive(drive: Drive) -> ImageChain:
    """Find out what a drive consists of; as `probe`."""
    return await probe(
        drive.path, format=drive.format, allowed=drive.allowed, is_written=not drive.readonly, member=drive.member,
        snapshot=drive.snapshot,
    )  # fmt: skip


class _Prober:
    """One walk down a chain."""

    def __init__(self, top: str, allowed: frozenset[str], archived: int | None, snapshot: str | None) -> None:
        self._top = top
        self._archived = archived
        self._snapshot = snapshot
        self._snapshots: tuple[Snapshot, ...] = ()
        self._folder = os.path.realpath(os.path.dirname(top))
        self._allowed = {os.path.realpath(path) for path in allowed}
        self._seen: set[str] = set()

    async def run(self, given_format: str | None) -> ImageChain:
        members: list[ChainMember] = []
        size_bytes = 0
        path: str | None = self._top
        name_of_format = given_format
        while path is not None:
            member, size, name_of_format = await self._member(path, name_of_format)
            size_bytes = size_bytes or size
            members.append(member)
            path = member.backing
        return ImageChain(tuple(members), size_bytes, self._snapshots)

    def refuse_to_write_others(self, image: ChainMember) -> None:
        """Refuse to write into files that an image names and that are not plainly parts of it.

        Raises:
            BackingFileError: there is such a file, and it is not allowed.
            ImageFormatError: it lies in an archive, in several parts or in the past.
        """
        if image.unwritable is not None:
            what, remedy = image.unwritable
            raise ImageFormatError(f"{image.path} {what}", path=self._top, remedy=remedy)
        own = os.path.splitext(image.path)[0] + "-"
        for path in image.extents:
            is_own = path.startswith(own) and path.endswith(".vmdk") and os.sep not in path[len(own) :]
            if not (is_own and not os.path.islink(path)) and os.path.realpath(path) not in self._allowed:
                raise BackingFileError(
                    f"{image.path} would have its data written to {path}, which does not look like a part of it",
                    path=self._top, backing=path, remedy=f"If you trust the image, allow {os.path.realpath(path)}.",
                )  # fmt: skip

    async def _member(self, path: str, given_format: str | None) -> tuple[ChainMember, int, str | None]:
        """Return a member, its size, and the recorded format of the file below it."""
        self._refuse_loops(path)
        facts = await self._look(path, in_archives=given_format is None)
        kind = given_format or format_of(facts.head, facts.tail)
        if path == self._top and facts.piece is None:
            self._snapshots = facts.snapshots
        if kind not in FORMATS:
            raise ImageFormatError(
                f"{path} is said to be of the format {kind}, which cannot be opened",
                path=self._top, remedy=f"Choose one of: {', '.join(sorted(FORMATS))}.",
            )  # fmt: skip
        if kind == "raw":
            if given_format is None:
                refuse_other_kinds(facts, self._top)
            self._refuse_incomplete(facts)
            self._header(facts, kind)
            size = -(-facts.size_bytes // SECTOR) * SECTOR
            return ChainMember(path, "raw", None, facts.is_block_device, facts.parts, facts.piece), size, None
        judge(facts, kind, self._top)
        extents = await self._extents(facts) if kind == "vmdk" else ()
        self._refuse_incomplete(facts)
        info = await image_info(facts.path, kind, self._top, facts.piece)
        member, size, below = self._read_info(facts, kind, info, extents)
        header = self._header(facts, kind)
        return replace(member, first_sector=header), disk_bytes(header) or size, below

    def _header(self, facts: FileFacts, kind: str) -> bytes:
        """Return the first sector by which the image shows the snapshot that is asked for; nothing: it shows now."""
        if self._snapshot is None or facts.path != self._top:
            return b""
        return header_of(facts.head, self._snapshots, self._snapshot, facts.path, kind)

    async def _extents(self, facts: FileFacts) -> tuple[str, ...]:
        """Return the files that a VMDK keeps its data in.

        qemu opens also what such a file names in its turn, and looks for it beside the VMDK.

        Raises:
            BackingFileError: one of them is missing, or must not be opened.
        """
        found: dict[str, None] = {}
        waiting = [facts]
        while waiting:
            owner = waiting.pop()
            for name in vmdk_extents(owner.descriptor):
                path = self._permit(facts.path, name, "keeps its data in")
                if path not in found and path != self._top:
                    found[path] = None
                    inner = await self._look(path)
                    waiting += [inner] if is_vmdk(inner.head) else []
        return tuple(found)

    def _refuse_loops(self, path: str) -> None:
        real = os.path.realpath(path)
        if real in self._seen or len(self._seen) >= CHAIN_MAX:
            what = "is its own backing file" if real in self._seen else f"is file {CHAIN_MAX + 1} of one chain"
            raise BackingFileError(
                f"{path} {what}", path=self._top, backing=path, remedy="The image is damaged or was made to mislead."
            )
        self._seen.add(real)

    async def _look(self, path: str, *, in_archives: bool = False) -> FileFacts:
        if path == self._top:
            return await asyncio.to_thread(look, path, in_archives=in_archives, member=self._archived)
        try:
            return await asyncio.to_thread(look, path)
        except DriveError as error:
            raise BackingFileError(
                f"a file that {os.path.basename(self._top)} builds on cannot be used: {error}",
                path=self._top, backing=path,
                remedy="Put it where the image looks for it, or repair the chain with 'qemu-img rebase'.",
            ) from error  # fmt: skip

    def _refuse_incomplete(self, facts: FileFacts) -> None:
        if facts.piece is None:
            following = next_part(facts.parts[-1] if facts.parts else facts.path)
            refuse_incomplete(facts, self._top, self._allowed, following)
        else:
            refuse_incomplete(facts, self._top, self._allowed)

    def _read_info(
        self, facts: FileFacts, kind: str, info: dict[str, Any], extents: tuple[str, ...]
    ) -> tuple[ChainMember, int, str | None]:
        size, name, recorded = (
            info.get("virtual-size"),
            info.get("backing-filename"),
            info.get("backing-filename-format"),
        )
        if not isinstance(size, int) or size <= 0:
            raise ImageFormatError(f"{facts.path} has no size of its own", path=self._top, remedy=DAMAGED)
        if info.get("encrypted"):
            refuse_encrypted(facts.path, self._top)
        if facts.piece is not None and (name or extents):
            raise BackingFileError(
                f"{facts.piece.name!r} in {facts.path} needs further files", path=self._top, backing=facts.path,
                remedy="Unpack the archive with 'tar -xf', and open the image that comes out.",
            )  # fmt: skip
        backing = self._permit(facts.path, self._backing_name(facts, str(name)), "builds on") if name else None
        below = str(recorded) if recorded else None
        return ChainMember(facts.path, kind, backing, facts.is_block_device, extents, facts.piece), size, below

    def _backing_name(self, facts: FileFacts, told: str) -> str:
        """Return the name of a backing file as it is: qemu-img has a sign of its own for what is not UTF-8."""
        if REPLACED not in told or b"\0" in facts.backing_name:
            return told
        if not facts.backing_name:
            raise BackingFileError(
                f"{facts.path} builds on {told!r}, a name that is not UTF-8 and cannot be found out",
                path=self._top, backing=told,
                remedy="Rename that file, and name it again with 'qemu-img rebase -u'.",
            )  # fmt: skip
        return os.fsdecode(facts.backing_name)

    def _permit(self, owner: str, name: str, verb: str) -> str:
        """Return the absolute path of a file that an image names, if it may be opened."""
        sentence = f"{owner} {verb} {name!r}"
        if re.match(r"[^/:]*:", name):
            raise BackingFileError(
                f"{sentence}, which is no plain file", path=self._top, backing=name,
                remedy="Copy what it builds on to a file, and repair the chain with 'qemu-img rebase'.",
            )  # fmt: skip
        joined = os.path.join(os.path.dirname(owner), name)
        path, real = os.path.normpath(joined), os.path.realpath(joined)
        if os.path.realpath(path) != real:  # it goes up again behind a link: the kernel goes up from where that leads
            path = real
        if os.path.commonpath([real, self._folder]) != self._folder and real not in self._allowed:
            is_there = os.path.exists(real)
            beside = f"put {os.path.basename(path)} beside it, and name that with 'qemu-img rebase -u'"
            raise BackingFileError(
                f"{sentence}, which {'lies' if is_there else 'is not there, and would lie'} outside the image's folder",
                path=self._top, backing=path,
                remedy=f"If you trust the image, allow {real} as its backing file."
                if is_there else f"Put {path} back where it was, or {beside}.",
            )  # fmt: skip
        return path
