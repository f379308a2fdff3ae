"""The subvolumes of a btrfs, as its tree of roots has them; read through the kernel, so that no name can be misread."""

from __future__ import annotations

import errno
import fcntl
import struct
from collections.abc import Iterator

from cutawayd.btrfstrees import TreeReader
from cutawayd.work import Work

#: linux/btrfs_tree.h: the tree of roots, the top's number, references of roots, entries of folders.
_ROOTS, _TOP, _ROOT_REF, _DIR_ITEM, _ROOTS_FOLDER = 1, 5, 156, 84, 6
#: struct btrfs_root_ref: folder, sequence, length of the name, which follows.
_REF = struct.Struct("=Q8xH")
#: struct btrfs_dir_item begins with the key of what it names.
_LOCATION = struct.Struct("=QBQ")
#: struct btrfs_ioctl_ino_lookup_args: tree, inode, path in it.
_INO_LOOKUP, _LOOKUP = 0xD0009412, struct.Struct("=QQ4080s")
#: More than anybody has, and what a hostile image may make us read and keep: subvolumes, and bytes of their paths.
SUBVOLUMES_MAX, PATHS_MAX = 200_000, 64 << 20


def subvolumes(work: Work, descriptor: int) -> Iterator[tuple[int, int, bytes]]:
    """Give number, parent's number and path of each subvolume.

    Args:
        work: The call.
        descriptor: Anything of the file system.

    Raises:
        OSError: the trees cannot be read, or have too many.
    """
    paths = {_TOP: b""}
    waiting, reader, room = [_TOP], TreeReader(), PATHS_MAX
    while waiting:
        parent = waiting.pop()
        found = [(number, bytes(item)) for number, item in reader.items(descriptor, _ROOTS, (parent, _ROOT_REF))]
        for number, item in found:
            work.check()
            if number in paths:  # a loop, which no sound tree has
                continue
            folder, length = _REF.unpack_from(item)
            name = item[_REF.size : _REF.size + length]
            paths[number] = _joined(paths[parent], _path_in(descriptor, parent, folder), name)
            room -= len(paths[number])
            if room < 0 or len(paths) > SUBVOLUMES_MAX:
                raise OSError(errno.EFBIG, "there are too many subvolumes")
            waiting.append(number)
            yield number, parent, paths[number]


def _joined(parent: bytes, inside: bytes, name: bytes) -> bytes:
    return b"/".join(part for part in (parent, inside.strip(b"/"), name) if part)


def _path_in(descriptor: int, tree: int, inode: int) -> bytes:
    buffer = bytearray(_LOOKUP.pack(tree, inode, b""))
    fcntl.ioctl(descriptor, _INO_LOOKUP, buffer)
    path: bytes = _LOOKUP.unpack(buffer)[2]
    return path.split(b"\0", 1)[0]


def default_subvolume(descriptor: int) -> int:
    """Return the number of the subvolume that is mounted when none is named.

    Raises:
        OSError: the tree cannot be read.
    """
    for _, item in TreeReader().items(descriptor, _ROOTS, (_ROOTS_FOLDER, _DIR_ITEM)):
        number: int = _LOCATION.unpack_from(item)[0]
        return number
    return _TOP
