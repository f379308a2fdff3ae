"""Answers that mount and unmount."""

from __future__ import annotations

from cutaway.records import Mount
from cutaway.testing.answers.base import Family
from cutaway.testing.vfs import Refusal

#: What drivers take here, by name; none of it means anything.
OPTIONS = frozenset({
    "", "ro", "rw", "defaults", "auto", "noauto", "user", "nouser", "errors", "relatime", "noatime", "nosuid", "nodev",
    "noexec", "noload", "norecovery", "nouuid", "subvol", "subvolid", "degraded", "compress", "umask",
    "x-systemd.automount", "streams_interface",
})  # fmt: skip


class MountAnswers(Family):
    """MountCalls, answered."""

    def mount(self, mountable: str, mountpoint: bytes) -> None:
        """Mount read-write."""
        self.mount_options("rw", mountable, mountpoint)

    def mount_ro(self, mountable: str, mountpoint: bytes) -> None:
        """Mount read-only."""
        self.mount_options("ro", mountable, mountpoint)

    def mount_options(self, options: str, mountable: str, mountpoint: bytes) -> None:
        """Mount."""
        block = self.guest.block(mountable)
        unknown = [option for option in options.split(",") if option.partition("=")[0] not in OPTIONS]
        if unknown:
            self.work.kernel(f"Unknown parameter '{unknown[0]}'")
            why = f"it is damaged, or its driver does not take all of the options {','.join(unknown)}"
            raise Refusal("EINVAL", f"{mountable}: the file system cannot be mounted, {why}")
        mounted = self.tree.add(block, mountpoint, options or "rw")
        self.work.kernel(f"{mounted.vfs_type} ({mounted.device}): mounted filesystem")

    def umount(self, pathordevice: str) -> None:
        """Unmount one."""
        what = pathordevice.encode("utf-8", "surrogateescape")
        if pathordevice.startswith("/dev/"):
            what = self.guest.block(pathordevice).name.encode()
        self.tree.remove(what)

    def umount_all(self) -> None:
        """Unmount everything, and forget the bare folders."""
        self.tree.clear()

    def mounts(self) -> list[str]:
        """List the devices."""
        return [mounted.device for mounted in self.tree.table]

    def mountpoints(self) -> dict[str, bytes]:
        """Map the devices to mount points."""
        return {mounted.device: mounted.point for mounted in self.tree.table}

    def mkmountpoint(self, exemptpath: bytes) -> None:
        """Make a folder in the empty root."""
        self.tree.make_bare_folder(exemptpath)

    def mount_tree(self, mounts: list[list[str | bytes]], readonly: bool = True) -> list[str]:
        """Mount everything that can be mounted, "/" at least."""
        self.umount_all()
        failures = []
        for mountable, mountpoint, *options in mounts:
            point = mountpoint if isinstance(mountpoint, bytes) else mountpoint.encode("utf-8", "surrogateescape")
            wish = ",".join([*(_text(option) for option in options if option), "ro" if readonly else "rw"])
            try:
                self.mount_options(wish, _text(mountable), point)
            except Refusal as refusal:
                if point == b"/":
                    self.umount_all()
                    raise
                failures.append(f"{_text(mountable)} on {_text(point)}: {refusal.message}")
        if not self.tree.table:
            raise Refusal("EINVAL", "no file system for / was given")
        return failures

    def mount_table(self) -> list[Mount]:
        """List everything."""
        return [Mount(mounted.device, mounted.point, mounted.vfs_type, mounted.options) for mounted in self.tree.table]


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")
