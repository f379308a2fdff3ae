"""Touch the ways that calls will take, before the appliance's state is saved: restored guests then run hot."""

from __future__ import annotations

import hashlib

from cutawayd import blkid, children, hives, listing, lvmlibrary
from cutawayd.guest import Guest
from cutawayd.syscalls import MNT_DETACH, mount, umount

PROGRAMS = (("lvm", "version"), ("tar", "--version"))

#: Python loads what knows an encoding when it is first used.
ENCODINGS = ("utf-16-le", "latin-1")


def warm_up(guest: Guest) -> None:
    """Use what costs time when it is used first: libraries, programs, the mounted tree."""
    for program in PROGRAMS:
        children.run(None, program)
    for name in ("md5", "sha1", "sha256"):
        hashlib.new(name, b"warm")
    mount("tmpfs", guest.sysroot.folder, "tmpfs", 0, "size=1m")
    for _ in range(3):
        for _items in listing.scan(guest.sysroot, b"/"):
            continue
    umount(guest.sysroot.folder.encode(), MNT_DETACH)
    for encoding in ENCODINGS:
        b"".decode(encoding)
    blkid.load()
    if "hivex" in guest.features:
        hives.module()
    lvmlibrary.load()
