"""What is on a device, by libblkid's low-level probing (libblkid, blkid_do_safeprobe): no program, no cache."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

#: BLKID_SUBLKS_LABEL | UUID | TYPE | SECTYPE | USAGE | VERSION
_SUPERBLOCKS = (1 << 1) | (1 << 3) | (1 << 5) | (1 << 6) | (1 << 7) | (1 << 8)
#: BLKID_PARTS_ENTRY_DETAILS
_ENTRY_DETAILS = 1 << 2
#: BLKID_SUBLKS_TYPE | USAGE
_KIND = (1 << 5) | (1 << 7)
#: BLKID_FLTR_ONLYIN
_ONLY = 2
#: What nearly every device holds, and what may lie around a file system of these. To look for all that there is takes
#: 30 ms under emulation, where code that runs for the first time has to be translated.
_USUAL = (
    b"ext2", b"ext3", b"ext4", b"ext4dev", b"xfs", b"btrfs", b"ntfs", b"vfat", b"exfat", b"crypto_LUKS", b"BitLocker",
    b"LVM2_member", b"linux_raid_member",
)  # fmt: skip
#: So much of each end of a device is looked at.
_AHEAD = 512 << 10


@dataclass(frozen=True, slots=True)
class Content:
    """What a device holds; "" for what it has not.

    Attributes:
        vfs_type: "ext4", "crypto_LUKS", "LVM2_member" …
        usage: "filesystem", "raid", "crypto", "other".
        partition_table: "dos", "gpt" …
        is_ambivalent: Several signatures contradict each other.
    """

    vfs_type: str = ""
    label: str = ""
    uuid: str = ""
    usage: str = ""
    partition_table: str = ""
    is_ambivalent: bool = False


@cache
def load() -> ctypes.CDLL:
    """Load the library and say what its functions take."""
    library = ctypes.CDLL("libblkid.so.1")
    library.blkid_new_probe_from_filename.restype = ctypes.c_void_p
    library.blkid_new_probe_from_filename.argtypes = [ctypes.c_char_p]
    for name in ("blkid_free_probe", "blkid_do_safeprobe"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    for name in (
        "blkid_probe_enable_superblocks",
        "blkid_probe_set_superblocks_flags",
        "blkid_probe_enable_partitions",
        "blkid_probe_set_partitions_flags",
    ):
        getattr(library, name).argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.blkid_probe_filter_superblocks_type.argtypes = [
        ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p),
    ]  # fmt: skip
    library.blkid_probe_lookup_value.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p), ctypes.POINTER(ctypes.c_size_t),
    ]  # fmt: skip
    return library


def probe_kind(device: str) -> Content:
    """Return what kind of content a device holds, nothing but type and usage; quicker than `probe`.

    Raises:
        OSError: it cannot be read.
    """
    with _probing(device) as (library, handle):
        library.blkid_probe_enable_superblocks(handle, 1)
        library.blkid_probe_set_superblocks_flags(handle, _KIND)
        usual = (ctypes.c_char_p * (len(_USUAL) + 1))(*_USUAL, None)
        library.blkid_probe_filter_superblocks_type(handle, _ONLY, usual)
        if library.blkid_do_safeprobe(handle) == 0:
            return Content(_value(library, handle, b"TYPE"), usage=_value(library, handle, b"USAGE"))
    return probe(device)


def probe(device: str) -> Content:
    """Return what a device holds.

    Raises:
        OSError: it cannot be read.
    """
    with _probing_all(device) as (library, handle):
        library.blkid_probe_enable_superblocks(handle, 1)
        library.blkid_probe_set_superblocks_flags(handle, _SUPERBLOCKS)
        library.blkid_probe_enable_partitions(handle, 1)
        if library.blkid_do_safeprobe(handle) == -2:
            return Content(is_ambivalent=True)
        return Content(
            _value(library, handle, b"TYPE"), _value(library, handle, b"LABEL"), _value(library, handle, b"UUID"),
            _value(library, handle, b"USAGE"), _value(library, handle, b"PTTYPE"),
        )  # fmt: skip


def tags(device: str) -> dict[str, str]:
    """Return everything that blkid(8) tells of a device in its usual output: TYPE, LABEL, UUID, PARTUUID …

    Raises:
        OSError: it cannot be read.
    """
    content = probe(device)
    uuid, name = partition_identity(device)
    found = {
        "TYPE": content.vfs_type, "LABEL": content.label, "UUID": content.uuid, "USAGE": content.usage,
        "PTTYPE": content.partition_table, "PARTUUID": uuid, "PARTLABEL": name,
    }  # fmt: skip
    return {tag: value for tag, value in found.items() if value}


def partition_identity(device: str) -> tuple[str, str]:
    """Return the UUID and the name that a partition has in its table; "" for what it has not.

    Raises:
        OSError: it cannot be read.
    """
    with _probing(device) as (library, handle):
        library.blkid_probe_enable_superblocks(handle, 0)
        library.blkid_probe_enable_partitions(handle, 1)
        library.blkid_probe_set_partitions_flags(handle, _ENTRY_DETAILS)
        library.blkid_do_safeprobe(handle)
        return _value(library, handle, b"PART_ENTRY_UUID"), _value(library, handle, b"PART_ENTRY_NAME")


@contextmanager
def _probing_all(device: str) -> Iterator[tuple[ctypes.CDLL, int]]:
    """As `_probing`, for whoever looks everywhere."""
    descriptor = _read_ends_ahead(device)
    try:
        with _probing(device) as probing:
            yield probing
    finally:
        os.close(descriptor)


@contextmanager
def _probing(device: str) -> Iterator[tuple[ctypes.CDLL, int]]:
    library = load()
    handle = library.blkid_new_probe_from_filename(os.fsencode(device))
    if not handle:
        raise OSError(errno.EIO, "cannot be read", device)
    try:
        yield library, handle
    finally:
        library.blkid_free_probe(handle)


def _read_ends_ahead(device: str) -> int:
    """Have both ends of a device read in large pieces, and return what keeps them in the cache while it is open.

    The library makes some fifty small reads there, and under emulation it is requests that cost, not bytes.
    """
    descriptor = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    size = os.lseek(descriptor, 0, os.SEEK_END)
    for offset in (0, max(0, size - _AHEAD)):
        os.posix_fadvise(descriptor, offset, _AHEAD, os.POSIX_FADV_WILLNEED)
    return descriptor


def _value(library: ctypes.CDLL, handle: int, name: bytes) -> str:
    data, length = ctypes.c_char_p(), ctypes.c_size_t()
    if library.blkid_probe_lookup_value(handle, name, ctypes.byref(data), ctypes.byref(length)) != 0:
        return ""
    return (data.value or b"").decode("utf-8", "surrogateescape").rstrip()
