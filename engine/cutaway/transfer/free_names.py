"""Give files names that nothing else has: renaming without replacing, naming a nameless file, the next name to try.

Blocking; knows no policy, since every download needs it.
"""

from __future__ import annotations

import ctypes
import errno
import os

from cutaway.file_names import next_name

#: Names the folder of this process, where none is given by its descriptor.
AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_libc = ctypes.CDLL(None, use_errno=True)


def rename_new(source: int, old: bytes, target: int, new: bytes) -> None:
    """Rename without replacing; where the file system cannot promise that, after a look."""
    if _libc.renameat2(source, old, target, new, _RENAME_NOREPLACE) == 0:
        return
    number = ctypes.get_errno()
    if number not in {errno.EINVAL, errno.ENOSYS}:
        raise OSError(number, os.strerror(number))
    try:
        os.stat(new, dir_fd=_known(target), follow_symlinks=False)
    except FileNotFoundError:
        os.rename(old, new, src_dir_fd=_known(source), dst_dir_fd=_known(target))
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _known(folder: int) -> int | None:
    """Return a descriptor as Python takes it."""
    return None if folder == AT_FDCWD else folder


def numbered(name: bytes, number: int) -> bytes:
    """Return "name (2).tar.gz" and so on; what such a name ends in is one thing."""
    inner, end = os.path.splitext(name)
    stem, tar = os.path.splitext(inner)
    if tar.lower() != b".tar":
        return next_name(name, number, is_folder=False)
    return next_name(stem, number, is_folder=True) + tar + end


def link_file(descriptor: int, name: str) -> bool:
    """Give a nameless file a name; return False if something has that name."""
    folder = os.open(os.path.dirname(name), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # With a folder's descriptor Python calls linkat, and only that follows the link in /proc.
        os.link(f"/proc/self/fd/{descriptor}", os.path.basename(name), dst_dir_fd=folder, follow_symlinks=True)
    except FileExistsError:
        return False
    finally:
        os.close(folder)
    return True
