"""Calls that change what is in folders: names, links, copies. On a drive added read-only they end in its overlay.

Symbolic links on the way to a name are followed inside the image; the name itself is not, unless a call says so.
"""

from __future__ import annotations

from cutaway.protocol.declaration import GuestPath, call


class ChangeCalls:
    """Entries made, moved, copied and removed."""

    @call(number=300)
    def mkdir_p(self, path: GuestPath) -> None:
        """Make a directory and those above it; one that is there already is no error (mkdir(1) with -p)."""

    @call(number=301)
    def mkdir_mode(self, path: GuestPath, mode: int) -> None:
        """Make a directory with a mode, from which the umask takes its bits."""

    @call(number=302)
    def rmdir(self, path: GuestPath) -> None:
        """Remove an empty directory; ENOTEMPTY if it is not (rmdir(2))."""

    @call(number=303)
    def rm(self, path: GuestPath) -> None:
        """Remove a file or a symbolic link itself; EISDIR for a directory (unlink(2))."""

    @call(number=304)
    def rm_f(self, path: GuestPath) -> None:
        """Remove a file; that it is not there is no error, that it is a directory is one (rm(1) with -f)."""

    @call(number=305, progress=True, cancellable=True)
    def rm_rf(self, path: GuestPath) -> None:
        """Remove a file or a whole tree; that it is not there is no error. Progress counts entries.

        No symbolic link is followed. EBUSY, before anything is removed, if a file system is mounted there or below.
        What a cancelled or failed call has removed by then stays removed.
        """

    @call(number=306, progress=True, cancellable=True)
    def mv(self, src: GuestPath, dest: GuestPath) -> None:
        """Move a file or tree, into `dest` if that is a directory; a file there is replaced (mv(1)).

        To another file system it is copied with all that cp_a keeps, and then removed here.
        """

    @call(number=307)
    def rename(self, oldpath: GuestPath, newpath: GuestPath) -> None:
        """Give something a new name in the same file system, replacing what has it (rename(2))."""

    @call(number=308, progress=True, cancellable=True)
    def cp(self, src: GuestPath, dest: GuestPath) -> None:
        """Copy a file, into `dest` if that is a directory; links are followed, and the mode is kept (cp(1)).

        The copy appears complete or not at all; what it replaces gives it its owner and mode.
        """

    @call(number=309, progress=True, cancellable=True)
    def cp_a(self, src: GuestPath, dest: GuestPath) -> None:
        """Copy a file or tree with owners, modes, times, extended attributes, holes and hard links (cp(1) with -a).

        It goes into `dest` if that is a directory, and together with what has its name there. Something new appears
        complete or not at all; in a directory that was there each file does.
        """

    @call(number=310, progress=True, cancellable=True)
    def cp_r(self, src: GuestPath, dest: GuestPath) -> None:
        """Copy a file or tree with its modes, as cp(1) does with -r; else as cp_a."""

    @call(number=311)
    def ln(self, target: GuestPath, linkname: GuestPath) -> None:
        """Make a hard link (link(2))."""

    @call(number=312)
    def ln_f(self, target: GuestPath, linkname: GuestPath) -> None:
        """Make a hard link in the place of whatever file has that name."""

    @call(number=313)
    def ln_s(self, target: bytes, linkname: GuestPath) -> None:
        """Make a symbolic link that says `target`, which nobody checks."""

    @call(number=314)
    def ln_sf(self, target: bytes, linkname: GuestPath) -> None:
        """Make a symbolic link in the place of whatever file has that name."""

    @call(number=331, feature="mknod")
    def mkfifo(self, mode: int, path: GuestPath) -> None:
        """Make a named pipe; `mode` has permissions alone, from which the umask takes its bits."""

    @call(number=332, feature="mknod")
    def mknod(self, mode: int, devmajor: int, devminor: int, path: GuestPath) -> None:
        """Make a device node, pipe or socket; `mode` has its type too (mknod(2))."""

    @call(number=333, feature="mknod")
    def mknod_b(self, mode: int, devmajor: int, devminor: int, path: GuestPath) -> None:
        """Make the node of a block device; `mode` has permissions alone."""

    @call(number=334, feature="mknod")
    def mknod_c(self, mode: int, devmajor: int, devminor: int, path: GuestPath) -> None:
        """Make the node of a character device; `mode` has permissions alone."""

    @call(number=340)
    def mkdtemp(self, tmpl: GuestPath) -> bytes:
        """Make a directory of mode 0700 whose name ends in letters in the place of XXXXXX; return its path."""

    @call(number=341)
    def mktemp(self, tmpl: GuestPath, suffix: bytes | None = None) -> bytes:
        """Make an empty file of mode 0600, named as by mkdtemp with a suffix; return its path."""

    @call(number=329)
    def umask(self, mask: int) -> int:
        """Set which bits of their modes new files and directories do not get, until shutdown; return what it was."""

    @call(number=330)
    def get_umask(self) -> int:
        """Return which bits new files and directories do not get; 022 at first."""
