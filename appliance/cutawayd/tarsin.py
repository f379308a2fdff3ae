"""A tar file unpacked into a folder that holds something already.

tar(1) follows links that are there, wherever they lead; so it unpacks into a hidden, empty folder, and what came out is
moved to its place from there, by descriptors.
"""

from __future__ import annotations

import errno
import os
import stat

from cutawayd import staged, tars
from cutawayd.children import ToolError
from cutawayd.entries import is_folder, named
from cutawayd.sysroot import open_below
from cutawayd.transfers import COMPRESSORS
from cutawayd.work import Work


def tar_in(
    work: Work,
    tarfile: list[str | int],
    directory: bytes,
    compress: str | None,
    xattrs: bool,
    selinux: bool,
    acls: bool,
    keepdirlink: bool,
) -> None:
    """Unpack a hot-plugged drive's tar file into a folder."""
    if compress is not None and compress not in COMPRESSORS:
        raise OSError(errno.EINVAL, f"unknown compression {compress!r}; there is {', '.join(COMPRESSORS)}")
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder, named(directory):
        name = staged.make(work, folder)
        try:
            hidden = open_below(folder, name, os.O_RDONLY | os.O_DIRECTORY)
            try:
                options = tars.abilities(work, hidden, xattrs=xattrs, acls=acls)
                options += ["--selinux"] if selinux else []
                options += [COMPRESSORS[compress]] if compress else []
                _unpack(work, str(tarfile[0]), int(tarfile[1]), hidden, options, is_compressed=compress is not None)
                _merge(work, hidden, work.sysroot.real_path(folder).rstrip(b"/"), keepdirlink=keepdirlink)
            finally:
                os.close(hidden)
        finally:
            staged.remove(work, folder, name)


def _unpack(work: Work, device: str, size: int, hidden: int, options: list[str], *, is_compressed: bool) -> None:
    failures = tars.unpack(work, device, size, hidden, options, is_compressed=is_compressed)
    if failures:
        where = failures[0].path.decode("utf-8", "backslashreplace")
        raise ToolError("tar", f"{where}: {failures[0].message}")


def _merge(work: Work, source: int, target: bytes, *, keepdirlink: bool) -> None:
    """Move all that is in an open folder into a directory of the image; what is one in both stays, and is filled.

    Where it is in the image is resolved anew for each, so that a link that is kept stays inside.
    """
    pending = [(b"", target)]
    while pending:
        path, place = pending.pop()
        here = open_below(source, path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with work.sysroot.opened(place or b"/", os.O_RDONLY | os.O_DIRECTORY) as there:
                for name in map(os.fsencode, os.listdir(here)):
                    work.check()
                    below = place + b"/" + name
                    if _stays(here, there, name, is_link_kept=keepdirlink and is_folder(work, below)):
                        pending.append((path + b"/" + name if path else name, below))
                    else:
                        os.rename(name, name, src_dir_fd=here, dst_dir_fd=there)
        finally:
            os.close(here)


def _stays(here: int, there: int, name: bytes, *, is_link_kept: bool) -> bool:
    """Return whether a directory is there already into which one has to go; what else is in its way is removed.

    Raises:
        OSError: EISDIR, a directory that is not empty is where a file has to go.
    """
    try:
        old = os.stat(name, dir_fd=there, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode):
        if stat.S_ISDIR(old):
            raise OSError(errno.EISDIR, "there is a directory where a file has to go", name)
        return False
    if stat.S_ISDIR(old) or is_link_kept:
        return True
    os.unlink(name, dir_fd=there)
    return False
