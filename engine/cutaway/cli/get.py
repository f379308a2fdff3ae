"""The commands that bring content out: cat and get."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from cutaway.cli.opened import ImageOptions, launched, mounted, unlocker_of
from cutaway.cli.output import count_text, print_json, say
from cutaway.cli.preview import for_single_file, print_failures, print_preview, print_report
from cutaway.errors import EngineError, IsAFolder
from cutaway.events import Progress
from cutaway.handle import Handle
from cutaway.protocol.declaration import GuestPath
from cutaway.save_device import SaveFormat
from cutaway.transfer.archive_format import ArchiveFormat, format_of
from cutaway.transfer.job import ExtractOptions, ExtractReport, TransferProgress
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.preview import ExtractPreview

#: Shows bytes done, bytes in all (0: unknown), and a word about what is being done.
Show = Callable[[int, int, str], None]


def cat(options: ImageOptions, path: str) -> None:
    """Write a file to standard output, however long it is."""
    with mounted(options) as handle:
        _to_stdout(handle, path)


def _to_stdout(handle: Handle, path: str) -> None:
    if handle.is_dir(path, followsymlinks=True):
        raise IsAFolder(f"{path} is a folder", procedure="download", errno_name="EISDIR")
    sys.stdout.flush()
    handle.download(path, sys.stdout.fileno())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall go where.

    Attributes:
        archive: The format of the archive that was asked for; None: the destination's name tells whether it is one.
        has_rule: Whether the person has said what to do with a name that is taken.
    """

    paths: list[str]
    destination: str
    archive: ArchiveFormat | None = None
    has_rule: bool = False

    @property
    def guest_paths(self) -> list[GuestPath]:
        """The paths as calls take them."""
        return list(self.paths)

    def archive_rules(self, policy: ExtractPolicy) -> ExtractPolicy:
        """Return the rules for an archive, which replaces another unless the person has said something else."""
        return policy if self.has_rule else replace(policy, conflict="replace")


def get(
    options: ImageOptions, wanted: Wanted, policy: ExtractPolicy, wishes: ExtractOptions, *, as_json: bool = False
) -> bool:
    """Copy files and folders out; "-" is standard output. Return whether everything could be had.

    A report as JSON is of folders and archives only.
    """
    path, destination = wanted.paths[0], wanted.destination
    with mounted(options) as handle:
        for each in wanted.paths:
            handle.lstat(each)  # that it is missing is told before anything is said of the destination
        if (kind := _archive_format(handle, wanted)) is not None:
            return _tell(_pack(handle, wanted, kind, policy, wishes), as_json=as_json)
        if destination == "-":
            _to_stdout(handle, path)
        elif len(wanted.paths) == 1 and _names_a_file(handle, path, destination):
            with progress_bar() as bar:
                handle.on(Progress, lambda event: bar(event.position, event.total, ""))
                handle.download(path, destination)
        else:
            with progress_bar() as bar:
                followed = _followed(wishes, bar)
                report = handle.copy_out(wanted.guest_paths, destination, policy=policy, options=followed)
            return _tell(report, as_json=as_json)
    return True


def dry_run(options: ImageOptions, wanted: Wanted, policy: ExtractPolicy, *, as_json: bool) -> None:
    """Say what `get` would do with the same arguments."""
    with mounted(options) as handle:
        for each in wanted.paths:
            handle.lstat(each)
        kind = _archive_format(handle, wanted)
        found = _archive_preview(handle, wanted, kind, policy) if kind else _preview(handle, wanted, policy)
    print_json(found) if as_json else print_preview(found, archive=wanted.destination if kind else "")


def _preview(handle: Handle, wanted: Wanted, policy: ExtractPolicy) -> ExtractPreview:
    path, destination = wanted.paths[0], wanted.destination
    is_file = len(wanted.paths) == 1 and (destination == "-" or _names_a_file(handle, path, destination))
    folder = os.path.dirname(os.path.abspath(destination)) if is_file else destination
    found = handle.preview_copy_out(wanted.guest_paths, folder, policy=policy)
    if is_file:
        return for_single_file(found, "standard output" if destination == "-" else destination)
    return found


def _archive_preview(handle: Handle, wanted: Wanted, kind: ArchiveFormat, policy: ExtractPolicy) -> ExtractPreview:
    return handle.preview_archive_out(
        wanted.guest_paths, _archive_target(wanted), kind=kind, policy=wanted.archive_rules(policy)
    )


def _archive_target(wanted: Wanted) -> str | int:
    return sys.stdout.fileno() if wanted.destination == "-" else wanted.destination


def _archive_format(handle: Handle, wanted: Wanted) -> ArchiveFormat | None:
    """Return the format of the archive that is to be made; None if none is.

    An archive that is in the image and keeps its kind of name is copied, not packed once more.
    """
    if wanted.archive is not None or wanted.destination == "-" or os.path.isdir(wanted.destination):
        return wanted.archive
    found = format_of(wanted.destination)
    (path, *more) = wanted.paths
    is_copy = not more and format_of(path) == found and handle.is_file(path, followsymlinks=True)
    return None if is_copy else found


def _pack(
    handle: Handle, wanted: Wanted, kind: ArchiveFormat, policy: ExtractPolicy, wishes: ExtractOptions
) -> ExtractReport:
    sys.stdout.flush()
    with progress_bar() as bar:
        return handle.archive_out(
            wanted.guest_paths, _archive_target(wanted), kind=kind, policy=wanted.archive_rules(policy),
            options=_followed(wishes, bar),
        )  # fmt: skip


def _followed(wishes: ExtractOptions, bar: Show) -> ExtractOptions:
    def on_progress(step: TransferProgress) -> None:
        bar(step.bytes_done, _total(step), _current(step))

    return replace(wishes, on_restart=_tell_restart, on_progress=on_progress)


def _tell(report: ExtractReport, *, as_json: bool) -> bool:
    """Say what came of it; return whether everything could be had."""
    print_json(report) if as_json else print_report(report)
    return not report.failures


def _total(step: TransferProgress) -> int:
    return step.bytes_total if step.is_counted else 0


def _tell_restart(error: EngineError) -> None:
    say(f"{error}; it is started again, and goes on")


def save(options: ImageOptions, device: str, destination: str, image_format: SaveFormat) -> None:
    """Save a device of the image as an image file."""
    with launched(options) as handle, progress_bar() as show:
        unlocker_of(handle, options).reach(device)
        handle.save_device(
            device, destination, format=image_format, on_progress=lambda done, all_: show(done, all_, "")
        )


def checksum(options: ImageOptions, paths: list[str], kind: str, output: str) -> bool:
    """Print checksums of files and folders, or write them to a file; return whether everything could be read."""
    with mounted(options) as handle, tempfile.TemporaryDirectory(prefix="cutaway-") as folder:
        sumsfile = output or os.path.join(folder, "sums")
        with progress_bar() as bar:
            report = handle.checksums_out(kind, [*paths], sumsfile, options=_followed(ExtractOptions(), bar))
        if not output:
            with open(sumsfile, "rb") as sums:
                shutil.copyfileobj(sums, sys.stdout.buffer)
    print_failures(report)
    return not report.failures


def _names_a_file(handle: Handle, path: str, destination: str) -> bool:
    """Return whether the destination is the new file itself, rather than the folder that gets it."""
    return (
        not os.path.isdir(destination) and not destination.endswith("/") and handle.is_file(path, followsymlinks=True)
    )


def _current(step: TransferProgress) -> str:
    return f"{step.files_done} of {count_text(step.files_total, 'file')}"


@contextmanager
def progress_bar(*, are_bytes: bool = True) -> Iterator[Show]:
    """Show a progress bar on a terminal, nothing elsewhere; of bytes with their speed."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _text: None
        return
    from rich.console import Console  # noqa: PLC0415 costs 50 ms, and pipes need it not
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn  # noqa: PLC0415 for a terminal only

    console = Console(stderr=True)
    speed = (DownloadColumn(), TransferSpeedColumn()) if are_bytes else ()
    columns = (BarColumn(), *speed, TimeRemainingColumn(), "{task.description}")
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total, text: progress.update(task, completed=done, total=total or None, description=text)
