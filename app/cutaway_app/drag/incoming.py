"""Files of this computer that another program offers, by a drop or by the clipboard. GUI thread; looks at no file."""

from __future__ import annotations

import os
import urllib.parse

from PySide6.QtCore import QMimeData

from cutaway_app.drag.staging import URI_LIST


def may_hold_files(mime: QMimeData | None) -> bool:
    """Return whether there may be files, without asking for them: who offers them may be slow."""
    return mime is not None and mime.hasFormat(URI_LIST)


def paths_of(mime: QMimeData | None) -> list[str]:
    """Return the files of this computer. NB: QUrl would lose a name that is not UTF-8."""
    if mime is None or not may_hold_files(mime):
        return []
    lines = bytes(mime.data(URI_LIST).data()).splitlines()
    return [path for line in lines if (path := _path_of(line.strip()))]


def _path_of(address: bytes) -> str:
    """Return the path of a file's address, "" for anything else; a host's name in it is this computer's."""
    kind, found, rest = address.partition(b"://")
    if not found or kind.lower() != b"file" or b"/" not in rest:
        return ""
    path = os.fsdecode(urllib.parse.unquote_to_bytes(rest[rest.index(b"/") :]))
    return path.rstrip("/") or "/"
