"""What the columns of a folder show: texts, keys for sorting, exact values for tooltips.

GUI thread; pure but for the locale and the local zone.
"""

from __future__ import annotations

import enum
import re
import stat
import unicodedata
from collections.abc import Callable, Mapping

from cutaway.image_magic import is_called_image
from cutaway.records import FolderEntry, Stat
from PySide6.QtCore import QDateTime, QLocale, QMimeDatabase, QMimeType

from cutaway_app.figures import exact_size_text, moment_text, size_text
from cutaway_app.names import display_name, plain_tip

#: Between the name of a link and where it leads.
ARROW = " → "
_DIGITS = re.compile(r"\d+")
_mime_database = QMimeDatabase()
_mimes: dict[str, tuple[str, str]] = {}
_MIN_MS, _MAX_MS = -62135596800000, 253402300799000


class Column(enum.IntEnum):
    """The columns, in their order."""

    NAME = 0
    SIZE = 1
    MODIFIED = 2
    MODE = 3
    OWNER = 4
    TYPE = 5


TITLES = {
    Column.NAME: "Name", Column.SIZE: "Size", Column.MODIFIED: "Modified", Column.MODE: "Mode",
    Column.OWNER: "Owner", Column.TYPE: "Type",
}  # fmt: skip

_KINDS = {
    stat.S_IFDIR: ("folder", "Folder"), stat.S_IFLNK: ("file-link", "Link"),
    stat.S_IFBLK: ("file-special", "Block device"), stat.S_IFCHR: ("file-special", "Character device"),
    stat.S_IFIFO: ("file-special", "Named pipe"), stat.S_IFSOCK: ("file-special", "Socket"),
}  # fmt: skip


def icon_name(entry: FolderEntry, name: str) -> str:
    """Return the name of the icon for an entry."""
    status = entry.stat
    if status is None:
        return "file-damaged"
    kind = _KINDS.get(stat.S_IFMT(status.mode))
    if kind is not None:
        return "folder-link" if kind[0] == "file-link" and entry.leads_to_folder else kind[0]
    icon = _mime(name)[1]
    return "file-program" if icon == "file" and status.mode & 0o111 else icon


def natural_key(text: str) -> str:
    """Return a key that sorts names as people do: without regard to case, numbers by their value, Ä beside A."""
    folded = text.casefold()
    if folded.isascii() and folded.isalpha():
        return folded
    key = _DIGITS.sub(lambda number: number.group().zfill(20), folded)
    if key.isascii():
        return key
    plain = "".join(one for one in unicodedata.normalize("NFD", key) if not unicodedata.combining(one))
    return f"{plain}\0{key}"


def time_text(nanoseconds: int, now: QDateTime | None = None) -> str:
    """Return a time stamp for a person, in the local zone: the day in words if it is near."""
    moment = QDateTime.fromMSecsSinceEpoch(min(max(nanoseconds // 1_000_000, _MIN_MS), _MAX_MS))
    days = moment.date().daysTo((now or QDateTime.currentDateTime()).date())
    if days not in {0, 1}:
        return moment_text(nanoseconds)
    clock = QLocale().toString(moment.time(), QLocale.FormatType.ShortFormat)
    return f"{'today' if days == 0 else 'yesterday'} {clock}"


_TEXTS: dict[Column, Callable[[Stat], str]] = {
    Column.SIZE: lambda status: size_text(status.size) if status.is_file else "—",
    Column.MODIFIED: lambda status: time_text(status.mtime_ns),
    Column.MODE: lambda status: stat.filemode(status.mode),
}
_TOOLTIPS: dict[Column, Callable[[Stat], str]] = {
    Column.SIZE: lambda status: exact_size_text(status.size),
    Column.MODIFIED: lambda status: status.modified.strftime("%Y-%m-%d %H:%M:%S UTC"),
    Column.MODE: lambda status: f"{stat.S_IMODE(status.mode):04o}",
    Column.OWNER: lambda status: f"user {status.uid}, group {status.gid}",
    Column.TYPE: lambda _: "",
}
_KEYS: dict[Column, Callable[[Stat], int]] = {
    Column.SIZE: lambda status: status.size if status.is_file else -1,
    Column.MODIFIED: lambda status: status.mtime_ns,
    Column.MODE: lambda status: status.mode,
    Column.OWNER: lambda status: status.uid,
}


def text_of(entry: FolderEntry, name: str, column: Column, owners: Mapping[int, str]) -> str:
    """Return what a cell shows."""
    if column is Column.NAME:
        return f"{name}{ARROW}{display_name(entry.target)}" if entry.target else name
    if column is Column.TYPE:
        return type_text(entry, name)
    if entry.stat is None:
        return "?"
    if column is Column.OWNER:
        return owners.get(entry.stat.uid, str(entry.stat.uid))
    return _TEXTS[column](entry.stat)


def type_text(entry: FolderEntry, name: str) -> str:
    """Return the type in words, from the kind of entry or, for a file, from its name."""
    if entry.stat is None:
        return "Unreadable"
    kind = _KINDS.get(stat.S_IFMT(entry.stat.mode))
    if kind is not None:
        return "Link to folder" if entry.leads_to_folder and kind[0] == "file-link" else kind[1]
    return _mime(name)[0]


def _mime(name: str) -> tuple[str, str]:
    """Return type in words and icon for a file, by its name; looked up once per suffix."""
    suffix = name.rpartition(".")[2].lower() if "." in name[1:] else ""
    if suffix not in _mimes and is_called_image(f".{suffix}".encode("utf-8", "replace")):
        _mimes[suffix] = ("Disk image", "image")  # what else is called .raw comes from a camera
    if suffix not in _mimes:
        found = _mime_database.mimeTypesForFileName(f"x.{suffix}") if suffix else []
        _mimes[suffix] = (_capitalised(found[0].comment()), _mime_icon(found[0])) if found else ("File", "file")
    return _mimes[suffix]


def _mime_icon(found: QMimeType) -> str:
    name = found.name()
    families = {"image/": "file-image", "text/x-log": "file-text", "text/x-": "file-code", "text/": "file-text"}
    for prefix, icon in families.items():
        if name.startswith(prefix):
            return icon
    if found.genericIconName() == "package-x-generic":
        return "file-archive"
    return "file-text" if found.inherits("text/plain") else "file"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def tooltip_of(entry: FolderEntry, name: str, column: Column) -> str:
    """Return the exact value behind a cell; empty where the cell says it all."""
    if column is Column.NAME:
        return plain_tip(name)
    if entry.stat is None:
        return "The status of this entry could not be read"
    return _TOOLTIPS[column](entry.stat)


def sort_key(entry: FolderEntry, name: str, column: Column) -> int | str:
    """Return the key of an entry for a column other than the name."""
    if column is Column.TYPE:
        return type_text(entry, name).casefold()
    return -1 if entry.stat is None else _KEYS[column](entry.stat)
