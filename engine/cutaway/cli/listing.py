"""The commands that list: filesystems, ls, ll, info."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace

from cutaway.cli.opened import ImageOptions, launched, mounted
from cutaway.cli.output import mode_text, print_json, print_table, printable, say, size_text, time_text
from cutaway.errors import NotFound
from cutaway.handle import Handle
from cutaway.image_file import snapshots as snapshots_of
from cutaway.records import DataStream, FolderEntry, Survey
from cutaway.unlocking import UNCERTAIN, locked


def filesystems(options: ImageOptions, *, as_json: bool) -> None:
    """List what can be mounted, and what else is there."""
    with launched(options) as handle:
        found = handle.filesystems()
    if as_json:
        print_json(found)
        return
    rows = [(item.mountable, item.vfs_type, item.label, item.uuid, size_text(item.size_bytes)) for item in found]
    print_table(("DEVICE", "TYPE", "LABEL", "UUID", "SIZE"), rows, frozenset({4}))


def ls(options: ImageOptions, path: str, *, as_json: bool, zero: bool) -> None:
    """List names."""
    with mounted(options) as handle:
        if as_json:
            print_json(handle.ls(path))
            return
        for page in handle.pages(Handle.ls, path):
            _print_names(page, zero=zero)


def _print_names(names: list[bytes], *, zero: bool) -> None:
    if zero:
        sys.stdout.buffer.write(b"".join(name + b"\0" for name in names))
        return
    if sys.stdout.isatty():
        print("\n".join(printable(name) for name in names))
        return
    sys.stdout.buffer.write(b"".join(name + b"\n" for name in names))


def find(options: ImageOptions, text: str, path: str, *, as_json: bool, zero: bool) -> None:
    """Print paths as they are found; as JSON all of them, with their status."""
    above = path.rstrip("/").encode("utf-8", "surrogateescape") + b"/"
    with mounted(options) as handle:
        if as_json:
            print_json([replace(entry, name=above + entry.name) for entry in handle.search(path, text)])
            return
        for page in handle.pages(Handle.search, path, text):
            _print_names([above + entry.name for entry in page], zero=zero)
            sys.stdout.flush()


def ll(options: ImageOptions, path: str, *, as_json: bool) -> None:
    """List entries with their status."""
    with mounted(options) as handle:
        entries = sorted(handle.scandir(path), key=lambda entry: entry.name)
    if as_json:
        print_json(entries)
        return
    print_table(
        ("MODE", "UID", "GID", "SIZE", "MODIFIED", "NAME"), [_row(entry) for entry in entries], frozenset({1, 2, 3})
    )


def _row(entry: FolderEntry) -> tuple[str, ...]:
    name = printable(entry.name) + (f" -> {printable(entry.target)}" if entry.target else "")
    status = entry.stat
    if status is None:
        return ("?", "?", "?", "?", "?", name)
    return (
        mode_text(status.mode), str(status.uid), str(status.gid), str(status.size), time_text(status.mtime_ns), name,
    )  # fmt: skip


def info(options: ImageOptions, *, as_json: bool) -> None:
    """Print everything that was found on the image."""
    with launched(options) as handle:
        survey = handle.survey()
    if as_json:
        print_json(survey)
        return
    _print_survey(survey)


def _print_survey(survey: Survey) -> None:
    for line in _survey_lines(survey):
        print(printable(line))
    held = {item.mountable: item for item in survey.filesystems}
    rows = [(item.mountable, item.vfs_type, item.label, size_text(item.size_bytes)) for item in held.values()]
    if rows:
        print_table(("DEVICE", "TYPE", "LABEL", "SIZE"), rows, frozenset({3}))
    notes = [
        f"{item.mountable} {'may be' if item.vfs_type in UNCERTAIN else 'is'} encrypted, and locked: --key unlocks it"
        for item in locked(survey.filesystems)
    ]
    for sentence in (*survey.warnings, *notes):
        print(f"note: {printable(sentence)}")


def _survey_lines(survey: Survey) -> Iterator[str]:
    """Give what is told of systems and drives."""
    for system in survey.systems:
        yield f"{system.title} ({system.arch}), host name {system.hostname or 'unknown'}"
        for mount in system.mountpoints if system.windows is None else ():
            yield f"  {printable(mount.mountpoint):<12} {mount.mountable} {mount.vfs_type}"
        if system.windows is not None:
            yield f"  {printable(system.windows.systemroot):<12} {system.root}"
        for letter, partition in system.drive_mappings.items():
            yield f"  {letter + ':':<12} {partition}"
    for device in survey.devices:
        yield f"{device.device}  {size_text(device.size_bytes)}  {device.partition_table or 'no partition table'}"
    for array in survey.arrays:
        members, level = ", ".join(array.members), array.level.replace("raid", "RAID ")
        yield f"{array.device}  {size_text(array.size_bytes)}  {level} of {members}"


def snapshots(image: str, *, as_json: bool) -> None:
    """Print the points in time that an image keeps."""
    found = snapshots_of(image)
    if as_json:
        print_json(found)
        return
    rows = [(one.id, one.name, time_text(one.time_ns), _memory_text(one.memory_bytes)) for one in found]
    if not rows:
        say(f"{image} keeps no snapshots")
        return
    print_table(("ID", "NAME", "MADE", "MEMORY"), rows, frozenset({3}))


def _memory_text(size_bytes: int) -> str:
    return size_text(size_bytes) if size_bytes else "-"


def streams(options: ImageOptions, path: str, *, as_json: bool) -> None:
    """Print the alternate data streams of a file, or of a folder and its entries, by the names that `cat` takes."""
    top = os.fsencode(path)
    with mounted(replace(options, streams=True)) as handle:
        names = handle.ls(path) if handle.is_dir(path, followsymlinks=True) else []
        paths = [top, *(top.rstrip(b"/") + b"/" + name for name in names)]
        found = [(file + b":" + one.name, one.size_bytes) for file in paths for one in _streams_of(handle, file)]
    if as_json:
        print_json([{"path": name, "size_bytes": size} for name, size in found])
        return
    print_table(("SIZE", "STREAM"), [(size_text(size), printable(name)) for name, size in found], frozenset({0}))


def _streams_of(handle: Handle, path: bytes) -> list[DataStream]:
    """Return the streams of a file; a link that leads nowhere has none."""
    try:
        return handle.ntfs_streams(path)
    except NotFound:
        return []
