"""Calls that list directories and whole trees."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import GuestPath, call


class ListingCalls:
    """Directories, trees and their sizes."""

    @call(number=80, cancellable=True, paged=True)
    def ls(self, directory: GuestPath) -> list[bytes]:
        """List the names in a directory, sorted by bytes, without "." and ".."."""

    @call(number=81, cancellable=True)
    def ll(self, directory: GuestPath) -> str:
        """List a directory as `ls -la` prints it, for a person's eyes; undecodable bytes are escaped."""

    @call(number=82, cancellable=True, paged=True)
    def readdir(self, directory: GuestPath) -> list[records.DirectoryEntry]:
        """List the entries of a directory with inode and type, "." and ".." too, sorted by name."""

    @call(number=83, cancellable=True, paged=True)
    def scandir(self, directory: GuestPath) -> list[records.FolderEntry]:
        """List a directory with the status of each entry, in the order in which it is quick; first page at once."""

    @call(number=84, cancellable=True, paged=True)
    def walk(self, directory: GuestPath) -> list[records.TreeEntry]:
        """List a whole tree: the root itself first, each directory before what it holds, each file system's content
        including file systems mounted below. Symbolic links are not followed; what is no directory is listed alone.
        """

    @call(number=85, cancellable=True, paged=True)
    def find(self, directory: GuestPath) -> list[bytes]:
        """List all paths below a directory, relative to it, sorted, without the directory itself."""

    @call(number=91, cancellable=True, paged=True)
    def search(self, directory: GuestPath, text: str) -> list[records.FolderEntry]:
        """List what lies anywhere below a directory and has a text in its name, without regard to case.

        Results come as they are found; their names are paths relative to the directory. A text with ``*``, ``?`` or
        ``[`` is a pattern for the whole name, see glob(7). How accents are written makes no difference. Symbolic links
        are not followed; what cannot be read is left out, and told in the log.
        """

    @call(number=92, progress=True, cancellable=True, paged=True)
    def search_contents(
        self,
        directory: GuestPath,
        text: str,
        regex: bool = False,
        ignore_case: bool = False,
        first_only: bool = False,
    ) -> list[records.ContentHit]:
        """List where a text stands in the files anywhere below a directory, or in a file.

        Results come as they are found, file by file, one for each line; of a file that is no text only the first, as of
        all files if `first_only`. However accents are written makes no difference, nor whether a text has one byte for
        a letter or two (UTF-16). With `regex` the text is an extended regular expression, see regex(7), and lines of
        UTF-8 are looked at. Each file is read once, holes are not; lines of more than 4 MiB are looked at in parts.
        Symbolic links are not followed, and devices not opened; what cannot be read is left out, and told in the log.
        EINVAL for a text of no letters or of several lines, and for what is no regular expression.
        """

    @call(number=86, progress=True, cancellable=True)
    def du(self, path: GuestPath) -> int:
        """Return the disk usage of a tree in KiB, as du(1) counts it: blocks, hard links once."""

    @call(number=87)
    def statvfs(self, path: GuestPath) -> records.StatVfs:
        """Return size and use of the file system that holds a path."""

    @call(number=88, cancellable=True)
    def df(self) -> str:
        """Return the use of all mounted file systems as df(1) prints it, for a person's eyes."""

    @call(number=372, cancellable=True)
    def df_h(self) -> str:
        """Return the use of all mounted file systems as df(1) prints it with -h, for a person's eyes."""

    @call(number=89)
    def mkdir(self, path: GuestPath) -> None:
        """Make a directory (in the overlay, if the drive was added read-only)."""

    @call(number=90, cancellable=True, paged=True, feature="linuxxattrs")
    def scanxattrs(self, directory: GuestPath) -> list[records.EntryAttributes]:
        """List the extended attributes of a directory's entries, of links themselves.

        Entries without any are left out, and those whose attributes cannot be read.
        """
