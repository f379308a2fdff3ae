"""What the first and last bytes of an image say about it: its format, or that it is compressed.

Pure; works on bytes. A content that matches nothing here is raw for certain: qemu knows no other magic. A LUKS
container is raw on purpose: it is unlocked in the guest, not by qemu.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

#: So much of an image's beginning is looked at.
HEAD_SIZE = 4096
#: So much of its end.
TAIL_SIZE = 512

#: Formats of which an image or a backing file may be; the names are qemu's.
FORMATS = frozenset(
    {"raw", "qcow2", "qcow", "qed", "vmdk", "vdi", "vpc", "vhdx", "bochs", "cloop", "dmg", "parallels"}
)  # fmt: skip

_HEADS = (
    (0, b"QED\0", "qed"),
    (0, b"KDMV", "vmdk"),
    (0, b"COWD", "vmdk"),
    (64, b"\x7f\x10\xda\xbe", "vdi"),
    (0, b"conectix", "vpc"),
    (0, b"vhdxfile", "vhdx"),
    (0, b"Bochs Virtual HD Image", "bochs"),
    (0, b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop", "cloop"),
    (0, b"WithoutFreeSpace", "parallels"),
    (0, b"WithouFreSpacExt", "parallels"),
)
_TAILS = ((b"conectix", "vpc"), (b"koly", "dmg"))
#: Programs that compress one file each; what else compresses makes archives.
DECOMPRESSORS = frozenset({"gzip", "xz", "zstd", "bzip2", "lz4"})
_COMPRESSED = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"PK\x03\x04", "zip"),
)
#: Evidence files of EnCase, which are decoded in an appliance.
EVIDENCE = b"EVF\t\r\n\xff\0"
_EWF = "Make a raw image of it: 'ewfexport -t NAME -f raw' (Debian: apt install ewf-tools)."
#: Images in formats of other programs, and what can be done about it.
_FOREIGN = (
    (EVIDENCE, "an evidence file of EnCase (E01)", _EWF),
    (b"EVF2\r\n\x81\0", "an evidence file of EnCase (Ex01)", _EWF),
    (
        b"AFF10\r\n\0",
        "an evidence file (AFF)",
        "Make a raw image of it: 'affconvert -r' (Debian: apt install afflib-tools).",
    ),
    (
        b"MSWIM\0\0\0",
        "a Windows imaging file (WIM)",
        "Take its files out with 'wimapply' (Debian: apt install wimtools).",
    ),
    (b"sprs", "a sparse image of macOS", "Convert it with 'hdiutil convert -format UDTO' on a Mac."),
)
#: Comments and empty lines, then a version: by this qemu knows a VMDK descriptor.
_VMDK_TEXT = re.compile(rb"(?:#[^\n]*\n|[ \t]*\r?\n)*version\s*=\s*[123]\s*\r?\n", re.IGNORECASE)
#: As qemu's sscanf reads it: white space may be missing where the kinds of signs differ, and so may the last quote.
_VMDK_EXTENT = re.compile(r'^\s*(?:RW|RDONLY|NOACCESS)\s+[+-]?\d+\s*[^\s"]+\s*"([^"\r\n]*)', re.MULTILINE)
#: So much of a VMDK's text qemu reads.
VMDK_TEXT_MAX = 1 << 20
QCOW2_FIXED = struct.Struct(">4sIQIIQIIQQI")
#: Where in the header of a format the place and the length of the backing file's name stand.
_BACKING = {"qcow2": (8, struct.Struct(">QI")), "qcow": (8, struct.Struct(">QI")), "qed": (56, struct.Struct("<II"))}
BACKING_NAME_MAX = 1023
_DATA_FILE_BIT = 1 << 2


def format_of(head: bytes, tail: bytes) -> str:
    """Return the format of an image with this beginning and end; "raw" if it is none of qemu's others."""
    if head.startswith(b"QFI\xfb"):
        return "qcow" if head[4:8] == b"\0\0\0\1" else "qcow2"
    for offset, magic, name in _HEADS:
        if head.startswith(magic, offset):
            return name
    if _VMDK_TEXT.match(head):
        return "vmdk"
    return next((name for magic, name in _TAILS if tail.startswith(magic)), "raw")


def compression_of(head: bytes) -> str:
    """Return by which program a file was compressed, "" if by none."""
    return next((name for magic, name in _COMPRESSED if head.startswith(magic)), "")


def foreign_kind(head: bytes) -> tuple[str, str] | None:
    """Return what a file is that qemu cannot read, and what can be done about it; None if it is not known."""
    return next(((kind, program) for magic, kind, program in _FOREIGN if head.startswith(magic)), None)


def is_tar(head: bytes) -> bool:
    """Tell whether this is the beginning of a tar archive (POSIX.1-2001 pax, "ustar Interchange Format")."""
    return head.startswith(b"ustar", 257)


@dataclass(frozen=True, slots=True)
class Qcow2Header:
    """The facts of a qcow2 header that are looked at before qemu sees the image.

    Attributes:
        has_data_file: Its data lies in another file.
        is_encrypted: It wants a password.
        tables_end: The file is at least this long, or truncated.
    """

    has_data_file: bool
    is_encrypted: bool
    tables_end: int


def qcow2_header(head: bytes) -> Qcow2Header | None:
    """Return what a qcow2 header says; None if it is cut short or makes no sense."""
    if len(head) < QCOW2_FIXED.size:
        return None
    _, version, _, _, cluster_bits, _, crypt, l1_size, l1_offset, refs_offset, refs_clusters = QCOW2_FIXED.unpack_from(
        head
    )
    if not 9 <= cluster_bits <= 21:
        return None
    features = int.from_bytes(head[72:80], "big") if version >= 3 else 0
    end = max(l1_offset + 8 * l1_size, refs_offset + min(refs_clusters, 1))
    return Qcow2Header(bool(features & _DATA_FILE_BIT), crypt != 0, end)


def backing_place(kind: str, head: bytes) -> tuple[int, int] | None:
    """Return where in an image the name of its backing file stands, and how long it is; None if it tells none."""
    if kind not in _BACKING:
        return None
    offset, numbers = _BACKING[kind]
    if len(head) < offset + numbers.size:
        return None
    place, length = numbers.unpack_from(head, offset)
    return (place, length) if place < 1 << 63 and 0 < length <= BACKING_NAME_MAX else None


def vmdk_descriptor(head: bytes) -> int | None:
    """Return the offset of the text that names a VMDK's further files, in bytes; None if it has no such text."""
    if head.startswith(b"COWD"):
        return None
    if not head.startswith(b"KDMV"):
        return 0
    capacity, _, offset = struct.unpack_from("<QQQ", head.ljust(HEAD_SIZE, b"\0"), 12)
    offset = offset * 512 % (1 << 64)  # as qemu's arithmetic has it
    return None if capacity or offset >= 1 << 63 else offset


def is_vmdk(head: bytes) -> bool:
    """Tell whether a file that a VMDK keeps its data in may name further ones: only if it has a header itself."""
    return head.startswith(b"KDMV")


def vmdk_extents(descriptor: bytes) -> list[str]:
    """Return the names of the further files that a VMDK descriptor refers to."""
    return _VMDK_EXTENT.findall(descriptor.partition(b"\0")[0].decode("utf-8", "surrogateescape"))


#: How files are called that are images.
IMAGE_SUFFIXES = (
    b".qcow2", b".qcow", b".qed", b".img", b".raw", b".dd", b".vmdk", b".vdi", b".vhd", b".vhdx", b".ova", b".iso",
)  # fmt: skip
#: Beginnings of disks, discs and file systems: place and bytes.
_DISK_SIGNS = (
    (512, b"EFI PART"), (512, b"LABELONE"), (0, b"XFSB"), (0, b"hsqs"), (0, b"LUKS\xba\xbe"), (1080, b"\x53\xef"),
    (1024, b"\xe2\xe1\xf5\xe0"), (32769, b"CD001"), (65600, b"_BHRfS_M"),
)  # fmt: skip
_BOOT_SIGN, _LINUX_KERNEL = (510, b"\x55\xaa"), (514, b"HdrS")
#: Nothing shorter is a disk that anybody looks into.
_DISK_MIN = 32 << 10


def is_called_image(name: bytes) -> bool:
    """Tell whether a file is called as images are."""
    return name.lower().endswith(IMAGE_SUFFIXES)


def looks_like_image(name: bytes, head: bytes, size: int) -> bool:
    """Tell whether a file is an image by its beginning: one of a known format, or a disk, a disc or a file system.

    Args:
        name: What it is called.
        head: Its first bytes, 64 KiB and more if it has so many.
        size: Its length in bytes.
    """
    kind = format_of(head, b"")
    if kind != "raw":
        return head.startswith(b"KDMV") or kind != "vmdk" or is_called_image(name)
    if size < _DISK_MIN:
        return False
    if is_tar(head):
        return name.lower().endswith(b".ova")
    if any(head.startswith(sign, place) for place, sign in _DISK_SIGNS):
        return True
    return head.startswith(_BOOT_SIGN[1], _BOOT_SIGN[0]) and not head.startswith(_LINUX_KERNEL[1], _LINUX_KERNEL[0])
