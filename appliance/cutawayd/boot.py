"""The first steps of the guest: file systems of the kernel, modules, device nodes. Runs once, as process 1.

Uses system calls only, because starting a program costs tens of milliseconds under emulation. There is no udev:
devtmpfs makes the nodes of disks, libdevmapper those of volumes, and what a program asks the kernel for beyond the
modules loaded here is loaded by the kernel itself through modprobe. It opens no channel to the host; the caller does.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cutawayd.syscalls import MS_NODEV, MS_NOEXEC, MS_NOSUID, finit_module, mount

MODULE_LIST = "/etc/cutaway/modules"

#: Source, place, type, flags and options of what is mounted first: with these the channels can be opened.
KERNEL_MOUNTS = (
    ("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""),
    ("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""),
    ("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755"),
)
OTHER_MOUNTS = (
    ("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "mode=0620,ptmxmode=0666"),
    ("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"),
    ("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"),
    ("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"),
)
FOLDERS = ("/sysroot", "/run/lock/lvm", "/run/lvm", "/run/mdadm", "/run/cryptsetup", "/run/cutaway")
LINKS = {
    "/dev/fd": "/proc/self/fd",
    "/dev/stdin": "/proc/self/fd/0",
    "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2",
}
#: For the tools: they make their own device nodes and wait for no udev.
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
    "TMPDIR": "/tmp",
    "DM_DISABLE_UDEV": "1",
    "TERM": "dumb",
    "MDADM_NO_UDEV": "1",
    "LVM_SUPPRESS_FD_WARNINGS": "1",
}


def mount_kernel_files() -> None:
    """Mount /proc, /sys and /dev, without which no port can be opened.

    Raises:
        OSError: one cannot be mounted.
    """
    os.environ.update(ENVIRONMENT)
    os.umask(0o022)
    _mount_all(KERNEL_MOUNTS)


def boot(report: Callable[[str], None]) -> list[str]:
    """Make the guest usable; return the modules that could not be loaded, each with the reason.

    Args:
        report: Told each phase as it begins: "mounting", "modules", "devices". "ready" is the caller's.

    Raises:
        OSError: a file system of the kernel cannot be mounted.
    """
    report("mounting")
    _mount_all(OTHER_MOUNTS)
    report("modules")
    failures = load_modules(MODULE_LIST, f"/lib/modules/{os.uname().release}")
    report("devices")
    make_devices()
    return failures


def load_modules(list_file: str, folder: str) -> list[str]:
    """Load the modules that the list names, in its order, which the build has made to respect what each needs.

    Returns:
        Those that failed, as "PATH: REASON". One that is loaded already has not failed.
    """
    with open(list_file, encoding="ascii") as lines:
        paths = lines.read().split()
    failures = []
    for path in paths:
        try:
            finit_module(f"{folder}/{path}")
        except FileExistsError:
            continue
        except OSError as error:
            failures.append(f"{path}: {error.strerror}")
    return failures


def make_devices() -> None:
    """Make the folders and links that udev would make."""
    for folder in FOLDERS:
        os.makedirs(folder, exist_ok=True)
    for link, target in LINKS.items():
        if not os.path.lexists(link):
            os.symlink(target, link)


def _mount_all(entries: tuple[tuple[str, str, str, int, str], ...]) -> None:
    for source, place, kind, flags, options in entries:
        os.makedirs(place, exist_ok=True)
        mount(source, place, kind, flags, options)
