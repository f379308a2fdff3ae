"""What a person may decide about an insertion, and what is told of it. Values."""

from __future__ import annotations

from dataclasses import dataclass

from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import Conflict


@dataclass(frozen=True, slots=True)
class InsertPolicy:
    """The rules of one insertion. Links are copied as links; devices, pipes and sockets are reported, never made.

    Attributes:
        conflict: If something has the name already: "rename" takes "name (2)", "replace" replaces a file but never a
            folder, "skip" leaves the path out and reports it, "fail" raises GuestError.
        keep_owners: Give everything the numbers of its owner and group on the host, and keep set-user-ID bits; else it
            belongs to whom the target folder belongs, without these bits.
        keep_times: Give files and folders their times.
        keep_modes: Give them their permissions; else those of new files.
        keep_xattrs: Keep extended attributes: those of users, with `keep_owners` those of security too.
    """

    conflict: Conflict = "rename"
    keep_owners: bool = False
    keep_times: bool = True
    keep_modes: bool = True
    keep_xattrs: bool = True


@dataclass(frozen=True, slots=True)
class InsertReport:
    """What an insertion has done.

    Attributes:
        paths: Where each root is in the image, in the order asked for; without those left out.
        files: How many regular files were brought in, second names included.
        bytes: How many bytes they have, holes included.
        skipped: What was left out by the policy, by its path on the host.
        failures: What could not be read on the host, or be held by the image's file system.
        changed: What is not in the image just as it is on the host: somebody changed it while it was copied, and it may
            be half of each; or it has an attribute that could not come along.
    """

    paths: tuple[bytes, ...]
    files: int
    bytes: int
    skipped: tuple[LeftOut, ...] = ()
    failures: tuple[LeftOut, ...] = ()
    changed: tuple[LeftOut, ...] = ()
