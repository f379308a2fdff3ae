"""Which kind of UFS lies on a device: the kernel wants to be told, and takes the wrong word without complaint.

Sources: fs/ufs/ufs_fs.h of the kernel: struct ufs_super_block, its places and magics.
"""

from __future__ import annotations

import os

MAGIC_AT, MAGIC_SIZE = 1372, 4
_UFS2, _UFS2_AT = (0x19540119).to_bytes(4, "big"), 65536
_UFS1, _UFS1_AT = (0x00011954).to_bytes(4, "big"), 8192
#: Format of the inodes as 4.4BSD and its heirs have it; elsewhere this is something else.
_INODES_AT, _INODES_OF_44BSD = 1324, 2


def ufs_type(device: str) -> str:
    """Return the kind as the mount option "ufstype" has it; "" if it is none that is known.

    Raises:
        OSError: the device cannot be read.
    """
    descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if os.pread(descriptor, MAGIC_SIZE, _UFS2_AT + MAGIC_AT) in {_UFS2, _UFS2[::-1]}:
            return "ufs2"
        magic = os.pread(descriptor, MAGIC_SIZE, _UFS1_AT + MAGIC_AT)
        if magic not in {_UFS1, _UFS1[::-1]}:
            return ""
        is_big = magic == _UFS1
        inodes = int.from_bytes(os.pread(descriptor, 4, _UFS1_AT + _INODES_AT), "big" if is_big else "little")
    finally:
        os.close(descriptor)
    if inodes == _INODES_OF_44BSD:
        return "44bsd"
    return "sun" if is_big else "sunx86"
