"""The commands that bring content out: cat and get."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from cutaway.cli.opened import ImageOptions, launched, mounted
from cutaway.cli.output import print_json
from cutaway.cli.preview import for_single_file, print_preview, print_report
from cutaway.errors import EngineError, IsAFolder
from cutaway.events import Progress
from cutaway.handle import Handle
from cutaway.save_device import SaveFormat
from cutaway.transfer.job import ExtractOptions, TransferProgress
from cutaway.transfer.policy import ExtractPolicy

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


def get(
    options: ImageOptions,
    path: str,
    destination: str,
    policy: ExtractPolicy,
    wishes: ExtractOptions,
    *,
    as_json: bool = False,
) -> None:
    """Copy a file or a folder out; "-" is standard output. A report as JSON is of folders only."""
    with mounted(options) as handle:
        handle.lstat(path)  # that it is missing is told before anything is said of the destination
        if destination == "-":
            _to_stdout(handle, path)
        elif _names_a_file(handle, path, destination):
            with progress_bar() as bar:
                handle.on(Progress, lambda event: bar(event.position, event.total, ""))
                handle.download(path, destination)
        else:
            with progress_bar() as bar:
                report = handle.copy_out(
                    path, destination, policy=policy, options=replace(wishes, on_restart=_tell_restart),
                    on_progress=lambda step: bar(step.bytes_done, _total(step), _current(step)),
                )  # fmt: skip
            if as_json:
                print_json(report)
            else:
                print_report(report)


def dry_run(options: ImageOptions, path: str, destination: str, policy: ExtractPolicy, *, as_json: bool) -> None:
    """Say what `get` would do with the same arguments."""
    with mounted(options) as handle:
        handle.lstat(path)
        is_file = destination == "-" or _names_a_file(handle, path, destination)
        folder = os.path.dirname(os.path.abspath(destination)) if is_file else destination
        found = handle.preview_copy_out(path, folder, policy=policy)
        if is_file:
            found = for_single_file(found, "standard output" if destination == "-" else destination)
    print_json(found) if as_json else print_preview(found)


def _total(step: TransferProgress) -> int:
    return step.bytes_total if step.is_counted else 0


def _tell_restart(error: EngineError) -> None:
    print(f"cutaway: {error}; it is started again, and goes on", file=sys.stderr)


def save(options: ImageOptions, device: str, destination: str, image_format: SaveFormat) -> None:
    """Save a device of the image as an image file."""
    with launched(options) as handle, progress_bar() as show:
        handle.save_device(
            device, destination, format=image_format, on_progress=lambda done, all_: show(done, all_, "")
        )


def _names_a_file(handle: Handle, path: str, destination: str) -> bool:
    """Return whether the destination is the new file itself, rather than the folder that gets it."""
    return (
        not os.path.isdir(destination) and not destination.endswith("/") and handle.is_file(path, followsymlinks=True)
    )


def _current(step: TransferProgress) -> str:
    return f"{step.files_done} of {step.files_total} files"


@contextmanager
def progress_bar() -> Iterator[Show]:
    """Show a progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _text: None
        return
    from rich.console import Console  # noqa: PLC0415 costs 50 ms, and pipes need it not
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    with Progress(
        BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(), "{task.description}",
        console=console, transient=True,
    ) as progress:  # fmt: skip
        task = progress.add_task("", total=None)
        yield lambda done, total, text: progress.update(task, completed=done, total=total or None, description=text)
