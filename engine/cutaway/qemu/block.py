"""The block graph: an image becomes nodes in qemu, an overlay above them, and a device for the guest.

    image file (descriptor, read-only, no lock) → format node → overlay (qcow2, nameless temporary file) → scsi-hd
    a file in another image (NBD, `served`)     → …

qemu gets descriptors, not paths, wherever the format allows it. Reads and writes of the guest are qemu's business
from then on; the image itself is opened read-only unless the drive was added with readonly=False.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass, field
from typing import Any

from cutaway.drives import Drive
from cutaway.errors import DriveError, StateError
from cutaway.image_chain import ChainMember, ImageChain
from cutaway.qemu.image_opening import opened, refused, tellable
from cutaway.qemu.joining import JoinedPiece, joined_text, nameless
from cutaway.qemu.monitor import ExecuteError, Monitor, MonitorLost
from cutaway.qemu.served import connected
from cutaway.runtime_folder import anonymous_file

#: Formats whose driver opens further files by name: their top file is opened by path.
MULTI_FILE_FORMATS = frozenset({"vmdk"})
OVERLAY_CACHE = {"direct": False, "no-flush": True}
UNPLUG_TIMEOUT_S = 10.0


@dataclass(slots=True)
class AttachedDrive:
    """What belongs to a drive in qemu, to be taken down in reverse order.

    Attributes:
        top: Its uppermost node, once the guest has it.
        plain: Descriptor of the image if it is a single raw file or device; else -1.
    """

    nodes: list[str] = field(default_factory=list)
    top: str = ""
    plain: int = -1

    def forget_plain(self) -> None:
        """Close the image's descriptor."""
        if self.plain >= 0:
            os.close(self.plain)
        self.plain = -1

    fdsets: list[int] = field(default_factory=list)


class BlockGraph:
    """The drives of one running qemu."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._drives: dict[str, AttachedDrive] = {}
        self._next_fdset = 1
        self._next_target = 0

    async def attach(self, drive: Drive, chain: ImageChain | None) -> None:
        """Make the nodes of a drive and plug it in.

        Args:
            drive: What to attach.
            chain: The image's files as probed; None for a scratch drive.

        Raises:
            DriveError: the image cannot be used; nothing of it is left in qemu.
            StateError: its interface has no hot-plug.
        """
        if drive.iface == "ide":
            raise StateError("adding an IDE drive", actual="READY", required="CONFIG")
        attached = self._drives[drive.serial] = AttachedDrive()
        try:
            top = await self._nodes(drive, chain, attached)
            await self._plug(drive, top)
            attached.top = top
        except ExecuteError as error:
            await self._give_up(drive.serial)
            raise refused(drive, error.error.error.desc) from error
        except BaseException:
            await self._give_up(drive.serial)
            raise

    def nodes(self) -> dict[str, str]:
        """Return the uppermost node of each drive, by serial number."""
        return {serial: attached.top for serial, attached in self._drives.items() if attached.top}

    async def plain_images(self) -> dict[str, int]:
        """Return a descriptor of each image that holds exactly what the guest reads, by its drive's serial number.

        That is a raw image without another below, to whose drive the guest has written nothing. The descriptors stay
        open while the drive is attached.
        """
        plain = {serial: item.plain for serial, item in self._drives.items() if item.plain >= 0}
        statistics = await self._monitor.execute("query-blockstats") if plain else []
        touched = {_serial_of(item) for item in statistics if item["stats"]["wr_operations"]}
        known = {_serial_of(item) for item in statistics}
        return {serial: descriptor for serial, descriptor in plain.items() if serial in known - touched}

    def close(self) -> None:
        """Close the descriptors of the images."""
        for attached in self._drives.values():
            attached.forget_plain()

    async def detach(self, serial: str) -> None:
        """Unplug a drive, and drop its nodes and descriptors.

        Raises:
            DriveError: the guest does not let it go.
        """
        try:
            await self._unplug(serial, self._drives[serial].top)
        except (ExecuteError, TimeoutError) as error:
            raise DriveError(f"the appliance does not let drive {serial} go: {error}") from error
        await self._take_down(serial)

    async def _unplug(self, serial: str, top: str) -> None:
        """Take the device away that is above a node; raises ExecuteError if there is none, or TimeoutError."""
        await self._monitor.execute("device_del", id=serial)
        await asyncio.wait_for(self._device_gone(top), UNPLUG_TIMEOUT_S)

    async def _device_gone(self, top: str) -> None:
        while top in {item.get("inserted", {}).get("node-name") for item in await self._monitor.execute("query-block")}:
            await asyncio.sleep(0.002)

    async def _nodes(self, drive: Drive, chain: ImageChain | None, attached: AttachedDrive) -> str:
        if chain is None:
            return await self._scratch(drive, attached)
        top: str | None = None
        for depth, member in reversed(list(enumerate(chain.members))):
            writable = depth == 0 and not drive.readonly
            top = await self._member(f"{drive.serial}-{depth}", member, top, attached, writable=writable)
        if len(chain.members) > 1:
            attached.forget_plain()
        assert top is not None  # noqa: S101 a chain has at least one member
        if drive.protect or not drive.readonly:
            return top
        return await self._overlay(drive, top, chain.virtual_size_bytes, attached)

    async def _member(
        self, name: str, member: ChainMember, backing: str | None, attached: AttachedDrive, *, writable: bool
    ) -> str:
        read_only: dict[str, Any] = {"read-only": not writable, "auto-read-only": False}
        below = f"{name}-file"
        file = {"node-name": below, **read_only}
        if member.served is not None:
            await connected(member.served, lambda server: self._add(attached, file | server))
        else:
            await self._file(member, attached, file)
        if member.is_joined:
            # No lock of the pieces either: qemu opens them itself.
            joined = {"driver": "vmdk", "file": below, "backing": None, "node-name": f"{name}-joined"}
            await self._add(attached, {**joined, **read_only, "force-share": True})
            below = f"{name}-joined"
        if (piece := member.piece) is not None:
            part = {"driver": "raw", "file": below, "offset": piece.offset, "size": piece.size}
            below = f"{name}-piece"
            await self._add(attached, {**part, "node-name": below, **read_only})
        node: dict[str, Any] = {"driver": member.format, "file": below, "node-name": name, **read_only}
        if member.format in {"qcow2", "qcow", "qed", "vmdk"}:
            node["backing"] = backing
        await self._add(attached, {**node, "discard": "unmap"})
        return name

    async def _file(self, member: ChainMember, attached: AttachedDrive, options: dict[str, Any]) -> None:
        writable = not options["read-only"]
        driver = "host_device" if member.is_block_device and not member.is_joined else "file"
        filename = await self._filename(member, attached, writable=writable)
        file = {"driver": driver, "filename": filename, "locking": "auto" if writable else "off"}
        await self._add(attached, file | options)

    async def _filename(self, member: ChainMember, attached: AttachedDrive, *, writable: bool) -> str:
        if member.is_joined:
            return await self._joined(member, attached)
        if member.format in MULTI_FILE_FORMATS and member.piece is None:
            return tellable(member.path)
        descriptor = opened(member.path, writable=writable)
        if member.format == "raw" and member.piece is None:
            attached.forget_plain()
            attached.plain = descriptor
            descriptor = os.dup(descriptor)
        return await self._pass(descriptor, attached)

    async def _joined(self, member: ChainMember, attached: AttachedDrive) -> str:
        """Give the files of an image to qemu that it shall read as one; return the name of what joins them."""
        pieces: list[JoinedPiece] = []
        start = 0
        if member.first_sector:
            start = len(member.first_sector)
            first = await self._pass(nameless(member.first_sector), attached)
            pieces.append(JoinedPiece(first, 0, start))
        for path in (member.path, *(member.extents if member.is_split else ())):
            descriptor = opened(path, writable=False)
            size = os.lseek(descriptor, 0, os.SEEK_END)
            pieces.append(JoinedPiece(await self._pass(descriptor, attached), start, size - start))
            start = 0
        return await self._pass(nameless(joined_text(pieces)), attached)

    async def _pass(self, descriptor: int, attached: AttachedDrive) -> str:
        """Give a descriptor to qemu for good; return the name under which it opens it."""
        fdset = self._next_fdset
        self._next_fdset += 1
        attached.fdsets.append(fdset)  # before: whoever is cancelled meanwhile has it all the same
        try:
            await self._monitor.add_descriptor(descriptor, fdset)
        finally:
            os.close(descriptor)
        return f"/dev/fdset/{fdset}"

    async def _overlay(self, drive: Drive, below: str, size_bytes: int, attached: AttachedDrive) -> str:
        name = f"{drive.serial}-top"
        filename = await self._pass(anonymous_file(), attached)
        file = {"driver": "file", "filename": filename, "node-name": f"{name}-file", "locking": "off"}
        await self._add(attached, {**file, "cache": OVERLAY_CACHE})
        await self._create(_job_of(drive.serial), {"driver": "qcow2", "file": f"{name}-file", "size": size_bytes})
        node = {"driver": "qcow2", "file": f"{name}-file", "node-name": name, "backing": below}
        await self._add(attached, {**node, "cache": OVERLAY_CACHE, "discard": "unmap"})
        return name

    async def _scratch(self, drive: Drive, attached: AttachedDrive) -> str:
        name = f"{drive.serial}-top"
        filename = await self._pass(anonymous_file(drive.scratch_size_bytes), attached)
        file = {"driver": "file", "filename": filename, "node-name": f"{name}-file", "locking": "off"}
        await self._add(attached, {**file, "cache": OVERLAY_CACHE, "discard": "unmap"})
        await self._add(attached, {"driver": "raw", "file": f"{name}-file", "node-name": name, "discard": "unmap"})
        return name

    async def _add(self, attached: AttachedDrive, node: dict[str, Any]) -> None:
        attached.nodes.append(node["node-name"])  # before, as above
        await self._monitor.execute("blockdev-add", **node)

    async def _create(self, job: str, options: dict[str, Any]) -> None:
        await self._monitor.execute("blockdev-create", job_id=job, options=options)
        if error := await self._conclude(job):
            raise DriveError(f"the overlay cannot be made: {error}", remedy="Check the free space in TMPDIR.")

    async def _conclude(self, job: str) -> str:
        """Wait for the end of a job, if there is one, and dismiss it; return what it failed with."""
        while (info := await self._job(job)) is not None and info["status"] != "concluded":
            await asyncio.sleep(0.001)
        if info is None:
            return ""
        await self._monitor.execute("job-dismiss", id=job)
        return str(info.get("error", ""))

    async def _job(self, job: str) -> dict[str, Any] | None:
        jobs = await self._monitor.execute("query-jobs")
        return next((item for item in jobs if item["id"] == job), None)

    async def _plug(self, drive: Drive, top: str) -> None:
        # An error is the guest's: else a host whose disk is full has it stand still, and all calls hang.
        device: dict[str, Any] = {"id": drive.serial, "drive": top, "serial": drive.serial, "werror": "report"}
        names = ("logical_block_size", "physical_block_size")
        sectors = dict.fromkeys(names, drive.blocksize) if drive.blocksize is not None else {}
        if drive.iface == "virtio":
            device |= {"driver": "virtio-blk-pci"}
        else:
            device |= {"driver": "scsi-hd", "bus": "scsi0.0", "scsi-id": self._next_target % 256}
            self._next_target += 1
        await self._monitor.execute("device_add", sectors, **device)

    async def _give_up(self, serial: str) -> None:
        """Drop what there is of a drive that could not be attached; why it could not is what matters.

        What was being done when it was cancelled may have been done all the same.
        """
        attached = self._drives.pop(serial, AttachedDrive())
        attached.forget_plain()
        with contextlib.suppress(MonitorLost):
            await self._conclude(_job_of(serial))
            with contextlib.suppress(ExecuteError, TimeoutError):
                await self._unplug(serial, attached.nodes[-1] if attached.nodes else "")
            for node in reversed(attached.nodes):
                with contextlib.suppress(ExecuteError):
                    await self._monitor.execute("blockdev-del", node_name=node)
            for fdset in attached.fdsets:
                with contextlib.suppress(ExecuteError):
                    await self._monitor.execute("remove-fd", fdset_id=fdset)

    async def _take_down(self, serial: str) -> None:
        attached = self._drives.pop(serial, AttachedDrive())
        attached.forget_plain()
        for node in reversed(attached.nodes):
            await self._monitor.execute("blockdev-del", node_name=node)
        for fdset in attached.fdsets:
            await self._monitor.execute("remove-fd", fdset_id=fdset)


def _job_of(serial: str) -> str:
    return f"create-{serial}"


def _serial_of(item: dict[str, Any]) -> str:
    """Return the serial number of the drive that qemu tells of: a device's name, or a path through it for virtio."""
    return str(item.get("qdev", "")).removeprefix("/machine/peripheral/").partition("/")[0]
