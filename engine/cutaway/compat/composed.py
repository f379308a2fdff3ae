"""Calls of libguestfs that Cutaway has not under that name, but that follow from those it has."""

from __future__ import annotations

import asyncio
import os
import re
import stat as modes
from typing import Any

from cutaway.compat.action import action
from cutaway.compat.hostfiles import HostFiles
from cutaway.compat.shapes import Struct, compatible, lstat_struct, statns_struct
from cutaway.errors import GuestError
from cutaway.image_chain import ImageChain
from cutaway.image_probe import probe
from cutaway.records import ExtendedAttribute
from cutaway.transfer.policy import ExtractPolicy

#: The libguestfs whose vocabulary this module speaks; `extra` says who does.
VERSION = {"major": 1, "minor": 48, "release": 0, "extra": "cutaway"}
#: As many as the controller takes.
MAX_DISKS = 255


class Composed(HostFiles):
    """What is made of other calls."""

    def _take_environment(self) -> None:
        self._parse(dict(os.environ))

    @action
    def version(self) -> Struct:
        """Return the version of libguestfs whose vocabulary this is; works before launch."""
        return dict(VERSION)

    @action
    def c_pointer(self) -> int:
        """Fail: there is no handle in C."""
        raise NotImplementedError("there is no C handle behind this module")

    @action
    def config(self, hvparam: str, hvvalue: str | None) -> None:
        """Fail: arguments of qemu are Cutaway's own business; CUTAWAY_QEMU names a wrapper that adds some."""
        raise NotImplementedError(f"qemu arguments such as {hvparam} {hvvalue or ''} are not supported")

    @action
    def max_disks(self) -> int:
        """Return how many drives there may be."""
        return MAX_DISKS

    @action
    def nr_devices(self) -> int:
        """Return how many drives there are."""
        return len(self._running("nr_devices").list_devices())

    @action
    def device_index(self, device: str) -> int:
        """Return the number of a drive, from 0."""
        devices = self._running("device_index").list_devices()
        if device not in devices:
            raise RuntimeError(f"{device}: device not found")
        return devices.index(device)

    @action
    def device_name(self, index: int) -> str:
        """Return the drive of a number, from 0."""
        devices = self._running("device_name").list_devices()
        if not 0 <= index < len(devices):
            raise RuntimeError(f"device_name: {index}: there are {len(devices)} devices")
        return devices[index]

    @action
    def canonical_device_name(self, device: str) -> str:
        """Return the usual name of a drive or partition: "/dev/sda" for "/dev/vda"."""
        return re.sub("^/dev/[hv]d", "/dev/sd", device)

    @action
    def is_whole_device(self, device: str) -> int:
        """Return 1 for a drive, 0 for a partition or volume."""
        return int(self._unlabelled(device) in self._running("is_whole_device").list_devices())

    @action
    def is_lv(self, mountable: str) -> int:
        """Return 1 for a logical volume."""
        return int(mountable in self._running("is_lv").lvs())

    @action
    def blockdev_getsz(self, device: str) -> int:
        """Return the size of a device in sectors of 512 bytes."""
        return self._running("blockdev_getsz").blockdev_getsize64(self._unlabelled(device)) // 512

    @action
    def list_disk_labels(self) -> Any:
        """Return the labels that drives were added with, and their devices; partitions as LABEL1 …"""
        labels = self._labels()
        for device in self._running("list_disk_labels").list_partitions():
            for label, drive in list(labels.items()):
                if device.startswith(drive) and device[len(drive) :].isdecimal():
                    labels[label + device[len(drive) :]] = device
        return compatible(labels, as_dict=self._python_return_dict)

    @action
    def statns(self, path: str) -> Struct:
        """Return the status of a file with nanoseconds."""
        return statns_struct(self._running("statns").stat(path))

    @action
    def lstatns(self, path: str) -> Struct:
        """Return the status of a file, of the link itself if it is one, with nanoseconds."""
        return statns_struct(self._running("lstatns").lstat(path))

    @action
    def lstatlist(self, path: str, names: list[str]) -> list[Struct]:
        """Return the lstat of several names in one directory."""
        raw = [os.fsencode(name) for name in names]
        return [lstat_struct(item) for item in self._running("lstatlist").lstatnslist(path, raw)]

    @action
    def exists(self, path: str) -> int:
        """Return 1 if there is anything of that name; a link that leads nowhere counts, as it does not in Cutaway."""
        try:
            self._running("exists").lstat(path)
        except GuestError as error:
            if error.errno_name in {"ENOENT", "ENOTDIR", "ELOOP"}:
                return 0
            raise
        return 1

    @action
    def is_blockdev(self, path: str, followsymlinks: bool | None = None) -> int:
        """Return 1 for a block device."""
        return self._is(modes.S_IFBLK, path, followsymlinks)

    @action
    def is_chardev(self, path: str, followsymlinks: bool | None = None) -> int:
        """Return 1 for a character device."""
        return self._is(modes.S_IFCHR, path, followsymlinks)

    @action
    def is_fifo(self, path: str, followsymlinks: bool | None = None) -> int:
        """Return 1 for a pipe."""
        return self._is(modes.S_IFIFO, path, followsymlinks)

    @action
    def is_socket(self, path: str, followsymlinks: bool | None = None) -> int:
        """Return 1 for a socket."""
        return self._is(modes.S_IFSOCK, path, followsymlinks)

    is_blockdev_opts, is_chardev_opts, is_fifo_opts, is_socket_opts = is_blockdev, is_chardev, is_fifo, is_socket

    def _is(self, kind: int, path: str, followsymlinks: bool | None) -> int:
        handle = self._running("stat")
        try:
            status = handle.stat(path) if followsymlinks else handle.lstat(path)
        except GuestError as error:
            if error.errno_name in {"ENOENT", "ENOTDIR"}:
                return 0
            raise
        return int(modes.S_IFMT(status.mode) == kind)

    @action
    def getxattr(self, path: str, name: str) -> bytes:
        """Return one extended attribute."""
        return _attribute(self._running("getxattr").getxattrs(path), "getxattr", name)

    @action
    def lgetxattr(self, path: str, name: str) -> bytes:
        """Return one extended attribute, of the link itself if it is one."""
        return _attribute(self._running("lgetxattr").lgetxattrs(path), "lgetxattr", name)

    @action
    def read_lines(self, path: str) -> list[str]:
        """Return the lines of a file, without line ends (both kinds)."""
        content = self._running("read_lines").read_file(path)
        lines = content.split(b"\n")
        if not lines[-1]:
            lines.pop()
        return [os.fsdecode(line.removesuffix(b"\r")) for line in lines]

    @action
    def readlinklist(self, path: str, names: list[str]) -> list[str]:
        """Return what several symbolic links in a directory say; "" for what is none."""
        handle = self._running("readlinklist")
        folder = os.fsencode(path).rstrip(b"/")
        return [_target(handle, folder + b"/" + os.fsencode(name)) for name in names]

    @action
    def copy_out(self, remotepath: str, localdir: str) -> None:
        """Copy a file or folder into a folder of the host, replacing what has its name there.

        Links that lead out of the tree, devices, pipes and owners are not taken over, unlike in libguestfs.
        """
        report = self._running("copy_out").copy_out(remotepath, localdir, policy=ExtractPolicy(conflict="replace"))
        if report.failures:
            said = "; ".join(f"{os.fsdecode(item.path)}: {item.reason}" for item in report.failures)
            raise RuntimeError(f"copy_out: {said}")

    @action
    def tgz_out(self, directory: str, tarball: str) -> None:
        """Pack a directory, compressed by gzip."""
        self._running("tgz_out").tar_out(directory, tarball, compress="gzip")

    @action
    def txz_out(self, directory: str, tarball: str) -> None:
        """Pack a directory, compressed by xz."""
        self._running("txz_out").tar_out(directory, tarball, compress="xz")

    @action
    def luks_open(self, device: str, key: str, mapname: str) -> None:
        """Unlock a volume; libguestfs would rather have cryptsetup_open."""
        self._running("luks_open").cryptsetup_open(self._unlabelled(device), key, mapname)

    @action
    def luks_open_ro(self, device: str, key: str, mapname: str) -> None:
        """Unlock a volume so that nothing can be written to it."""
        self._running("luks_open_ro").cryptsetup_open(self._unlabelled(device), key, mapname, readonly=True)

    @action
    def luks_close(self, device: str) -> None:
        """Lock a volume again."""
        self._running("luks_close").cryptsetup_close(device)

    @action
    def list_dm_devices(self) -> list[str]:
        """List the insides of volumes that are unlocked."""
        return [item.mountable for item in self._running("list_dm_devices").survey().filesystems if item.container]

    @action
    def disk_format(self, filename: str) -> str:
        """Return the format of an image on the host."""
        return _chain(filename).members[0].format

    @action
    def disk_virtual_size(self, filename: str) -> int:
        """Return the size of an image on the host, as a guest sees it."""
        return _chain(filename).virtual_size_bytes

    @action
    def disk_has_backing_file(self, filename: str) -> int:
        """Return 1 if an image on the host builds on another."""
        return int(_chain(filename).members[0].backing is not None)


def _chain(filename: str) -> ImageChain:
    return asyncio.run(probe(os.fspath(filename)))


def _attribute(attributes: list[ExtendedAttribute], call: str, name: str) -> bytes:
    found = next((item.value for item in attributes if item.name == os.fsencode(name)), None)
    if found is None:
        raise RuntimeError(f"{call}: {name}: No data available")
    return found


def _target(handle: Any, path: bytes) -> str:
    try:
        return str(compatible(handle.readlink(path), as_dict=False))
    except GuestError:
        return ""
