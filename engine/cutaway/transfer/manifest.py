r"""A list of all that an extraction came upon, one JSON object a line: also what the destination cannot hold.

Fields: path, type, mode, uid, gid, size, nlink, atime_ns, mtime_ns, ctime_ns; for a link target, for a device rdev
(major, minor), xattrs where there are any, xattrs_left_out if they could not be had, left_out with the reason for what
was not extracted, and extracted_as for what got another name. Names and targets that are not UTF-8 have their bytes as
\xNN and a field path_base64 or target_base64. What the destination did not take of an entry follows later in an object
of its own, with path and not_kept: attribute and reason. Blocking; in the worker's thread.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from typing import Any

from cutaway.records import ExportItem, Stat
from cutaway.transfer.list_file import ListFile
from cutaway.transfer.not_kept import Refusals

_TYPES = {
    stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link", stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket",
}  # fmt: skip


class Manifest:
    """A manifest.

    Attributes:
        file: Where it goes; whoever has opened it lets it appear.
    """

    def __init__(self, file: ListFile) -> None:
        self.file = file

    def add(self, path: bytes, item: ExportItem, status: Stat, reason: str, name: bytes = b"") -> None:
        """Add an entry; with the reason if it is left out, and the name if it got another than its own."""
        entry: dict[str, Any] = {
            **_text("path", path), "type": _TYPES.get(stat.S_IFMT(status.mode), "unknown"),
            "mode": f"{stat.S_IMODE(status.mode):04o}", "uid": status.uid, "gid": status.gid, "size": status.size,
            "nlink": status.nlink, "atime_ns": status.atime_ns, "mtime_ns": status.mtime_ns,
            "ctime_ns": status.ctime_ns,
        }  # fmt: skip
        if item.target:
            entry |= _text("target", item.target)
        if stat.S_ISCHR(status.mode) or stat.S_ISBLK(status.mode):
            entry["rdev"] = [os.major(status.rdev & 0xFFFFFFFF), os.minor(status.rdev & 0xFFFFFFFF)]
        if item.xattrs:
            pairs = zip(item.xattrs[::2], item.xattrs[1::2], strict=False)
            entry["xattrs"] = {_shown(name): base64.b64encode(value).decode() for name, value in pairs}
        if item.xattrs_failure:
            entry["xattrs_left_out"] = item.xattrs_failure
        if reason:
            entry["left_out"] = reason
        if name:
            entry |= _text("extracted_as", name)
        self._write(entry)

    def add_not_kept(self, path: bytes, refusals: Refusals) -> None:
        """Add what of an entry could not be kept."""
        self._write({**_text("path", path), "not_kept": {_shown(what): why for what, why in refusals}})

    def _write(self, entry: dict[str, Any]) -> None:
        self.file.write((json.dumps(entry).encode("ascii"), b"\n"))

    def restart(self) -> None:
        """Forget what has been added: everything comes once more."""
        self.file.restart()


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _text(field: str, value: bytes) -> dict[str, str]:
    try:
        return {field: value.decode()}
    except UnicodeDecodeError:
        return {field: _shown(value), f"{field}_base64": base64.b64encode(value).decode()}
