"""Calls that write into single files. A symbolic link is followed inside the image; what is no file is refused."""

from __future__ import annotations

from cutaway.protocol.declaration import Data, GuestPath, HostInput, call


class WritingCalls:
    """Content. What is longer than a message (4 MiB) comes by `upload`."""

    @call(number=315)
    def touch(self, path: GuestPath) -> None:
        """Set a file's times to now, or make an empty one."""

    @call(number=319)
    def truncate(self, path: GuestPath) -> None:
        """Make a file empty."""

    @call(number=320)
    def truncate_size(self, path: GuestPath, size: int) -> None:
        """Give a file a length in bytes; what is new is a hole."""

    @call(number=321)
    def write(self, path: GuestPath, content: bytes) -> None:
        """Replace the content of a file, or make one."""

    @call(number=322)
    def write_append(self, path: GuestPath, content: bytes) -> None:
        """Write at the end of a file, or make one."""

    @call(number=323)
    def pwrite(self, path: GuestPath, content: bytes, offset: int) -> int:
        """Write from `offset` of a file that is there; return how many bytes were written (pwrite(2))."""

    @call(number=324, cancellable=True)
    def fallocate64(self, path: GuestPath, len: int) -> None:
        """Make a file of zeros, in place of what has that name, whose room on the disk is reserved."""

    @call(number=325, progress=True, cancellable=True)
    def fill(self, c: int, len: int, path: GuestPath) -> None:
        """Make a file of so many equal bytes, `c` from 0 to 255, in place of what has that name."""

    @call(number=326, progress=True, cancellable=True)
    def fill_dir(self, dir: GuestPath, nr: int) -> None:
        """Make so many empty files in a directory, named 00000000 and so on: for tests."""

    @call(number=327, progress=True, cancellable=True)
    def fill_pattern(self, pattern: bytes, len: int, path: GuestPath) -> None:
        """Make a file of so many bytes that repeat a pattern, in place of what has that name."""

    @call(number=343, progress=True, cancellable=True)
    def copy_file_to_file(
        self,
        src: GuestPath,
        dest: GuestPath,
        srcoffset: int | None = None,
        destoffset: int | None = None,
        size: int | None = None,
        sparse: bool = False,
        append: bool = False,
    ) -> None:
        """Copy bytes from one file into another; without a size all of `src` from `srcoffset` on.

        `dest` is made if need be, and emptied before, but for `append`: then what is copied goes to its end, and
        `destoffset` is not allowed. With `sparse` what is zero becomes a hole.
        """

    @call(number=370, progress=True, cancellable=True, data=Data.IN)
    def upload_offset(self, filename: HostInput, remotefile: GuestPath, offset: int) -> None:
        """Write a file of the host into a file or device (a path under /dev/) from an offset on; the rest stays."""

    @call(number=364, progress=True, cancellable=True, data=Data.IN)
    def tar_in(
        self,
        tarfile: HostInput,
        directory: GuestPath,
        compress: str | None = None,
        xattrs: bool = False,
        selinux: bool = False,
        acls: bool = False,
        keepdirlink: bool = False,
    ) -> None:
        """Unpack a tar file of the host into a directory; `compress` is None, "gzip", "xz", "bzip2" or "zstd".

        Everything is unpacked before anything is seen; files that are there are replaced, directories keep what they
        are and hold. A link to a directory is replaced by a directory unless `keepdirlink`.
        """
