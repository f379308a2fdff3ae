"""Programs of the image, run in the appliance: in the mounted tree, and in namespaces that end with them.

The image's programs are as hostile as its files. They may take the guest over, which changes nothing for the host: it
believes nothing that comes from here.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import Never

from cutaway.records import SystemNames

from cutawayd import children
from cutawayd.guest import FEATURES
from cutawayd.syscalls import (
    CLONE_NEWNS,
    CLONE_NEWPID,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_REC,
    mount,
    unshare,
)
from cutawayd.sysroot import Sysroot, magic_path
from cutawayd.work import Work

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C",
    "TERM": "dumb",
}  # fmt: skip
#: As a shell tells a program that a signal has ended.
_BY_SIGNAL = 128


def command(work: Work, arguments: list[bytes]) -> bytes:
    """Run a program."""
    if not arguments or not arguments[0]:
        raise ValueError("a command has at least a program")
    if any(b"\0" in word for word in arguments):
        raise ValueError("an argument cannot hold a NUL")
    os.close(work.sysroot.open_root())
    return children.output_of(work, children.start(arguments, environment=ENVIRONMENT, enter=_enter(work.sysroot)))


def sh(work: Work, line: bytes) -> bytes:
    """Run a line of the shell."""
    return command(work, [b"/bin/sh", b"-c", line])


class _enter:  # noqa: N801 it is used as a function is
    """What is called in the new process: it becomes a program's process in the image."""

    def __init__(self, sysroot: Sysroot) -> None:
        self._sysroot = sysroot

    def __call__(self) -> None:
        """Enter the namespaces. This process waits outside, another one is their process 1, the third goes on."""
        unshare(CLONE_NEWNS | CLONE_NEWPID)
        mount("none", "/", "", MS_REC | MS_PRIVATE)
        for _ in range(2):
            if program := os.fork():
                _wait(program)
        self._mount(b"/proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        self._mount(b"/dev", "/dev", "", MS_BIND | MS_REC)
        self._mount(b"/sys", "/sys", "", MS_BIND | MS_REC)
        os.chroot(self._sysroot.folder)
        os.chdir("/")

    def _mount(self, path: bytes, source: str, vfs_type: str, flags: int) -> None:
        """Mount something on a folder of the image, if it has that."""
        with suppress(OSError), self._sysroot.opened(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW) as folder:
            mount(source, magic_path(folder), vfs_type, flags)


def _wait(program: int) -> Never:
    """Wait for a child, with nothing open that it is waited for by, and end as it did."""
    os.closerange(0, os.sysconf("SC_OPEN_MAX"))
    while True:
        pid, status = os.wait()
        if pid == program:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else _BY_SIGNAL - code)


def utsname(work: Work) -> SystemNames:  # noqa: ARG001 every call has it
    """Return the kernel's names."""
    names = os.uname()
    return SystemNames(names.sysname, names.release, names.version, names.machine)


def echo_daemon(work: Work, words: list[bytes]) -> bytes:  # noqa: ARG001 every call has it
    """Return the words."""
    return b" ".join(words)


def sleep(work: Work, seconds: int) -> None:
    """Do nothing for a while."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.02))
        work.check()


def available_all_groups(work: Work) -> list[str]:  # noqa: ARG001 every call has it
    """Return the feature groups."""
    return sorted(FEATURES)
