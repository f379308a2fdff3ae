"""Calls about single files: status, content, names."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import GuestPath, call


class FileCalls:
    """One file at a time. Symbolic links in the middle of a path are followed inside the image, never out of it."""

    @call(number=40)
    def stat(self, path: GuestPath) -> records.Stat:
        """Return the status of a file, following a symbolic link."""

    @call(number=41)
    def lstat(self, path: GuestPath) -> records.Stat:
        """Return the status of a file, of the link itself if it is one."""

    @call(number=42)
    def lstatnslist(self, path: GuestPath, names: list[bytes]) -> list[records.Stat | None]:
        """Return the lstat of several names in one directory; None for one that cannot be read."""

    @call(number=43)
    def exists(self, path: GuestPath) -> bool:
        """Return whether there is anything of that name (a dangling link counts as nothing)."""

    @call(number=44)
    def is_file(self, path: GuestPath, followsymlinks: bool = False) -> bool:
        """Return whether it is a regular file."""

    @call(number=45)
    def is_dir(self, path: GuestPath, followsymlinks: bool = False) -> bool:
        """Return whether it is a directory."""

    @call(number=46)
    def is_symlink(self, path: GuestPath) -> bool:
        """Return whether it is a symbolic link."""

    @call(number=47)
    def readlink(self, path: GuestPath) -> bytes:
        """Return what a symbolic link says."""

    @call(number=48)
    def realpath(self, path: GuestPath) -> bytes:
        """Return the path with all links resolved inside the image; every component must exist."""

    @call(number=49, feature="linuxxattrs")
    def getxattrs(self, path: GuestPath) -> list[records.ExtendedAttribute]:
        """Return the extended attributes of a file, following a symbolic link (listxattr(2))."""

    @call(number=50, feature="linuxxattrs")
    def lgetxattrs(self, path: GuestPath) -> list[records.ExtendedAttribute]:
        """Return the extended attributes of a file, of the link itself if it is one."""

    @call(number=51, cancellable=True)
    def cat(self, path: GuestPath) -> bytes:
        """Return the content of a file of less than 4 MiB; EFBIG if it is longer (use download)."""

    @call(number=52, cancellable=True)
    def read_file(self, path: GuestPath) -> bytes:
        """Return the content of a file of less than 4 MiB; EFBIG if it is longer (use download)."""

    @call(number=53, cancellable=True)
    def pread(self, path: GuestPath, count: int, offset: int) -> bytes:
        """Return up to `count` bytes (less than 4 MiB) from `offset` of a file; shorter at its end."""

    @call(number=54, cancellable=True)
    def head(self, path: GuestPath) -> list[bytes]:
        """Return the first 10 lines of a file, without line ends."""

    @call(number=55, cancellable=True)
    def head_n(self, nrlines: int, path: GuestPath) -> list[bytes]:
        """Return the first lines of a file; with a negative number all but the last so many."""

    @call(number=56, cancellable=True)
    def tail(self, path: GuestPath) -> list[bytes]:
        """Return the last 10 lines of a file, without line ends."""

    @call(number=57, cancellable=True)
    def tail_n(self, nrlines: int, path: GuestPath) -> list[bytes]:
        """Return the last lines of a file; with a negative number from that line on (-3: from line 3)."""

    @call(number=58, cancellable=True)
    def file(self, path: GuestPath) -> str:
        """Describe the content of a file, as file(1) does; works on devices (a path under /dev/) too."""

    @call(number=59, progress=True, cancellable=True)
    def checksum(self, csumtype: str, path: GuestPath) -> str:
        """Return a checksum in hex: "crc" (cksum(1), decimal), "md5", "sha1", "sha224", … "sha512"."""

    @call(number=60)
    def filesize(self, path: GuestPath) -> int:
        """Return the size of a file in bytes."""

    @call(number=61, cancellable=True)
    def grep(
        self,
        regex: str,
        path: GuestPath,
        extended: bool = False,
        fixed: bool = False,
        insensitive: bool = False,
        compressed: bool = False,
    ) -> list[bytes]:
        """Return the lines of a file that match, as grep(1) does; EFBIG if they are more than 4 MiB.

        `extended` and `fixed` are its -E and -F, `insensitive` its -i; `compressed` is for files of gzip(1).
        """
