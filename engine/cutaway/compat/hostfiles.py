"""Calls of libguestfs that make files on the host: empty images, lists of names."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
from contextlib import suppress

from cutaway.compat.action import action
from cutaway.compat.filework import FileWork, HostPath
from cutaway.image_probe import probe
from cutaway.qemu_img import INSTALL_REMEDY

#: What says how much is reserved beforehand → how qemu-img calls that.
_PREALLOCATIONS = {None: "off", "off": "off", "sparse": "off", "metadata": "metadata", "full": "falloc"}
CLUSTERS = frozenset(1 << power for power in range(9, 22))


class HostFiles(FileWork):
    """What makes files on the host."""

    @action
    def disk_create(
        self,
        filename: HostPath,
        format: str,  # noqa: A002 libguestfs' name
        size: int,
        backingfile: str | None = None,
        backingformat: str | None = None,
        preallocation: str | None = None,
        compat: str | None = None,
        clustersize: int | None = None,
    ) -> None:
        """Make an empty image, raw or qcow2, in place of what has its name; with a backing file the size is -1."""
        if (size != -1) if backingfile else (size <= 0):
            raise ValueError(f"{size} is no size here: one with a backing file has -1, another more than 0")
        if preallocation not in _PREALLOCATIONS or (preallocation == "metadata" and format == "raw"):
            raise ValueError(f"{preallocation!r} is nothing that can be reserved beforehand")
        if format == "raw":
            if any(value is not None for value in (backingfile, backingformat, compat, clustersize)):
                raise ValueError("a raw image has neither a backing file nor options")
            _make_raw(os.fspath(filename), size, is_full=preallocation == "full")
        elif format == "qcow2":
            options = [f"preallocation={_PREALLOCATIONS[preallocation]}", *_qcow2_options(compat, clustersize)]
            _make_qcow2(os.fspath(filename), size, options, _backing(os.fspath(filename), backingfile, backingformat))
        else:
            raise ValueError(f"images of the format {format!r} cannot be made: raw and qcow2 can")

    @action
    def ls0(self, dir: str, filenames: HostPath) -> None:  # noqa: A002 libguestfs' name
        """Write the names in a directory into a file of the host, each with a NUL behind it."""
        names = self._running("ls0").ls(dir)
        with open(filenames, "wb") as file:
            file.writelines(name + b"\0" for name in names)


def _make_raw(path: str, size: int, *, is_full: bool) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise ValueError(f"{path} is no regular file")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOCTTY | os.O_CLOEXEC, 0o666)
    try:
        os.ftruncate(descriptor, size)
        if is_full:
            os.posix_fallocate(descriptor, 0, size)
    except BaseException:
        os.unlink(path)
        raise
    finally:
        os.close(descriptor)


def _qcow2_options(compat: str | None, clustersize: int | None) -> list[str]:
    if compat not in {None, "0.10", "1.1"}:
        raise ValueError(f"{compat!r} is no version of qcow2")
    if clustersize is not None and clustersize not in CLUSTERS:
        raise ValueError("the size of clusters is a power of two, from 512 to 2097152")
    options = {"compat": compat, "cluster_size": clustersize}
    return [f"{name}={value}" for name, value in options.items() if value is not None]


def _backing(path: str, backingfile: str | None, backingformat: str | None) -> list[str]:
    """Return the options that name a backing file; a relative name counts from the image's folder."""
    if backingfile is None:
        return []
    if backingformat is None:
        above = os.path.dirname(os.path.abspath(path))
        backingformat = asyncio.run(probe(os.path.join(above, backingfile))).members[0].format
    elif not (backingformat.isascii() and backingformat.isalnum() and len(backingformat) <= 16):
        raise ValueError(f"{backingformat!r} is no format")
    return ["-b", backingfile, "-F", backingformat]


def _make_qcow2(path: str, size: int, options: list[str], backing: list[str]) -> None:
    program = shutil.which("qemu-img")
    if program is None:
        raise ValueError(f"qemu-img is not installed. {INSTALL_REMEDY}")
    words = ["-o", ",".join(options), *backing, os.path.abspath(path), *([] if backing else [str(size)])]
    done = subprocess.run(
        [program, "create", "-q", "-f", "qcow2", *words], stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ValueError(done.stderr.decode("utf-8", "replace").strip() or "qemu-img failed")
