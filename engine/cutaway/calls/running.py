"""Calls that run programs of the image, mount what is in its files, and watch what changes."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import GuestPath, call


class RunningCalls:
    """What goes on in the guest beyond single files."""

    @call(number=366, cancellable=True)
    def command(self, arguments: list[bytes]) -> bytes:
        """Run a program of the image as root in its tree, in the appliance; return what it prints, less than 4 MiB.

        It sees the image as its file system, with /dev, /proc and /sys where there are folders for them, in namespaces
        of mounts and processes of its own; there is no network. What it leaves running is killed. An error has what it
        said, if it does not end with status 0. It must be for the appliance's processor.
        """

    @call(number=373, cancellable=True)
    def sh(self, command: bytes) -> bytes:
        """Run a command in the image's own /bin/sh; else as `command`."""

    @call(number=367)
    def mount_loop(self, file: GuestPath, mountpoint: GuestPath) -> None:
        """Mount the file system in a file of the image; unmounting lets the file go."""

    @call(number=368)
    def rmmountpoint(self, exemptpath: GuestPath) -> None:
        """Remove a directory that mkmountpoint has made."""

    @call(number=369)
    def remount(self, mountpoint: GuestPath, rw: bool = True) -> None:
        """Mount what is mounted there read-write, or read-only, from now on (mount(2), MS_REMOUNT)."""

    @call(number=374, feature="inotify")
    def inotify_init(self, maxevents: int) -> None:
        """Begin to watch files of the image; what was watched before is forgotten.

        `maxevents` is the length of the kernel's queue of events; 0: as it is.
        """

    @call(number=375, feature="inotify")
    def inotify_add_watch(self, path: GuestPath, mask: int) -> int:
        """Watch a file or directory for the events of a mask (inotify(7)); return the watch's number."""

    @call(number=376, feature="inotify")
    def inotify_rm_watch(self, wd: int) -> None:
        """Stop a watch."""

    @call(number=377, feature="inotify")
    def inotify_read(self) -> list[records.InotifyEvent]:
        """Return the events so far, at most some thousands at a time; none if there are none."""

    @call(number=378, feature="inotify")
    def inotify_files(self) -> list[bytes]:
        """Return the names of the events so far, sorted, each once."""

    @call(number=379, feature="inotify")
    def inotify_close(self) -> None:
        """Stop watching."""

    @call(number=380)
    def utsname(self) -> records.SystemNames:
        """Return the names and versions of the appliance's kernel (uname(2)), not of the image's."""

    @call(number=381)
    def echo_daemon(self, words: list[bytes]) -> bytes:
        """Return the words, with spaces between them, from the daemon: a test of the whole way."""

    @call(number=382, cancellable=True)
    def sleep(self, secs: int) -> None:
        """Do nothing for so many seconds."""

    @call(number=383)
    def available_all_groups(self) -> list[str]:
        """Return the names of all feature groups that the daemon knows, available or not."""
