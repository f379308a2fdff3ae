"""For which processor something was made: by the headers of ELF (elf(5)) and of Windows' programs (PE)."""

from __future__ import annotations

import errno
import os
import struct

from cutawayd.initrd import compression, decompressed, members
from cutawayd.transfers import opened_source
from cutawayd.work import Work

#: Numbers of machines in ELF, as libguestfs calls them.
_ELF = {
    2: "sparc", 3: "i386", 4: "m68k", 8: "mips", 15: "parisc", 18: "sparc", 20: "ppc", 21: "ppc64", 22: "s390x",
    40: "arm", 43: "sparc64", 50: "ia64", 62: "x86_64", 183: "aarch64", 243: "riscv64", 258: "loongarch64",
    0x9026: "alpha",
}  # fmt: skip
_PE = {0x14C: "i386", 0x1C0: "arm", 0x1C4: "arm", 0x200: "ia64", 0x8664: "x86_64", 0xAA64: "aarch64"}
#: What a header with all that is looked at takes, wherever it is.
_HEAD = 4096
_IS_64, _IS_LITTLE = 2, 1
_CPIO = b"07070"


def file_architecture(work: Work, path: bytes) -> str:
    """Return the processor of a program or RAM disk."""
    with opened_source(work, path) as descriptor:
        head = os.pread(descriptor, _HEAD, 0)
        if program := compression(head):
            with decompressed(work, descriptor, program) as inner:
                head = inner.take(_HEAD)
    found = _of_ramdisk(work, path) if head.startswith(_CPIO) else _of_program(head)
    if found is None:
        raise OSError(errno.EINVAL, "it is no program, library or RAM disk of a kind that is known", path)
    return found


def _of_ramdisk(work: Work, path: bytes) -> str | None:
    """Return the processor of the first program in it; there may be archives without any before."""
    for member, source in members(work, path):
        if found := _of_program(source.peek(min(_HEAD, member.size))):
            return found
    return None


def _of_program(head: bytes) -> str | None:
    if head.startswith(b"\x7fELF") and len(head) >= 20:
        return _of_elf(head)
    if head.startswith(b"MZ") and len(head) >= 64:
        start = struct.unpack_from("<I", head, 60)[0]
        if head[start : start + 4] == b"PE\0\0" and len(head) >= start + 6:
            return _PE.get(struct.unpack_from("<H", head, start + 4)[0])
    return None


def _of_elf(head: bytes) -> str | None:
    is_little = head[5] == _IS_LITTLE
    machine = _ELF.get(struct.unpack_from("<H" if is_little else ">H", head, 18)[0])
    if machine == "ppc64" and is_little:
        return "ppc64le"
    if machine == "s390x" and head[4] != _IS_64:
        return "s390"
    if machine == "riscv64" and head[4] != _IS_64:
        return "riscv32"
    return machine
