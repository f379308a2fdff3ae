"""The daemon itself."""

from __future__ import annotations

import errno
import os
import time

from cutaway.records import Version

from cutawayd import children, mdsysfs
from cutawayd.drives import disks
from cutawayd.guest import FEATURES
from cutawayd.refusal import Refusal
from cutawayd.work import Work

VERSION = Version(0, 1, 0)


def ping_daemon(work: Work) -> None:
    """Do nothing."""


def version(work: Work) -> Version:  # noqa: ARG001 every call has it
    """Return the version."""
    return VERSION


def available(work: Work, groups: list[str]) -> None:
    """Refuse if a feature group is missing."""
    for group in groups:
        if group not in FEATURES:
            raise Refusal("EOPNOTSUPP", f"the feature group {group!r} is not known")
        if group not in work.guest.features:
            raise Refusal("EOPNOTSUPP", f"the feature group {group!r} is not available in this appliance")


def feature_available(work: Work, groups: list[str]) -> bool:
    """Return whether all are there."""
    return all(group in work.guest.features for group in groups)


def sync(work: Work) -> None:  # noqa: ARG001 every call has it
    """Write everything to the drives, and let them write what they keep back themselves, as qemu does for qcow2."""
    os.sync()
    mdsysfs.wait_until_clean()
    for disk in disks():
        descriptor = os.open(disk.device, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def drop_caches(work: Work, whattodrop: int) -> None:  # noqa: ARG001 every call has it
    """Drop the kernel's caches."""
    if whattodrop not in {1, 2, 3}:
        raise OSError(errno.EINVAL, "what to drop is 1, 2 or 3")
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write(str(whattodrop))


def debug_sleep(work: Work, milliseconds: int) -> None:
    """Do nothing for a while."""
    end = time.monotonic() + milliseconds / 1000
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.01))
        work.check()


def dmesg(work: Work) -> str:
    """Return the kernel's log."""
    return children.run(work, ["dmesg"]).decode("utf-8", "replace")
