"""Calls that look into single files, or for names, in ways for which others have a program."""

from __future__ import annotations

from cutaway.protocol.declaration import GuestPath, call


class ReadingCalls:
    """Questions about contents and names. Symbolic links are followed inside the image."""

    @call(number=353, progress=True, cancellable=True)
    def equal(self, file1: GuestPath, file2: GuestPath) -> bool:
        """Return whether two files have the same content."""

    @call(number=371, cancellable=True)
    def strings(self, path: GuestPath) -> list[bytes]:
        """Return the texts of at least 4 printable characters in a file; EFBIG if they are more than 4 MiB."""

    @call(number=354, cancellable=True)
    def strings_e(self, encoding: str, path: GuestPath) -> list[bytes]:
        """Return the texts in a file in an encoding of strings(1): "s", "S", "b", "l", "B" or "L"."""

    @call(number=355, cancellable=True)
    def hexdump(self, path: GuestPath) -> str:
        """Return the content of a file as `hexdump -C` prints it; EFBIG if that is more than 4 MiB."""

    @call(number=356, cancellable=True)
    def wc_l(self, path: GuestPath) -> int:
        """Count the lines of a file, as wc(1) does with -l."""

    @call(number=357, cancellable=True)
    def wc_w(self, path: GuestPath) -> int:
        """Count the words of a file: what is between white space of ASCII."""

    @call(number=358)
    def wc_c(self, path: GuestPath) -> int:
        """Count the bytes of a file."""

    @call(number=359, cancellable=True)
    def glob_expand(self, pattern: GuestPath, directoryslash: bool = True) -> list[bytes]:
        """Return the paths that fit a pattern with ``*``, ``?``, ``[…]`` and ``{…,…}`` (glob(7)), sorted by bytes.

        Directories end in "/" unless `directoryslash` is False. EFBIG if they are more than 4 MiB.
        """

    @call(number=360, cancellable=True)
    def case_sensitive_path(self, path: GuestPath) -> bytes:
        """Return the path of something whose names are the same but for case; the last need not be there.

        EINVAL for a path with "..", or if several names would do. For systems that do not tell case apart.
        """

    @call(number=361, cancellable=True, paged=True)
    def initrd_list(self, path: GuestPath) -> list[bytes]:
        """List the names in an initial RAM disk: cpio archives one after another, each compressed or not."""

    @call(number=362, cancellable=True)
    def initrd_cat(self, initrdpath: GuestPath, filename: bytes) -> bytes:
        """Return the content of a file of less than 4 MiB in an initial RAM disk."""

    @call(number=363, progress=True, cancellable=True)
    def is_zero(self, path: GuestPath) -> bool:
        """Return whether a file, or a device (a path under /dev/), holds nothing but zeros; holes are not read."""

    @call(number=365, cancellable=True)
    def file_architecture(self, filename: GuestPath) -> str:
        """Return the processor for which a program, library, kernel module or initial RAM disk was made: "x86_64".

        It may be compressed by gzip, xz, bzip2 or zstd. EINVAL if it is nothing of these.
        """
