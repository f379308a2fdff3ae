"""The commands that change an image: put brings files of the host in, copy those of another image."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from cutaway.cli.get import progress_bar
from cutaway.cli.opened import ImageOptions, mounted
from cutaway.cli.output import count_text, printable, size_text
from cutaway.errors import EngineError
from cutaway.insertion.policy import InsertPolicy, InsertReport
from cutaway.transfer.own_files import is_same_file
from cutaway.transfer.policy import Conflict


def put(options: ImageOptions, paths: Sequence[str], directory: str, *, conflict: Conflict, keep_owners: bool) -> None:
    """Copy files and folders of the host into a folder of the image, and see to it that they are in the image file."""
    with mounted(options, write=True) as handle:
        with progress_bar() as bar:
            report = handle.copy_in(
                paths, directory, policy=InsertPolicy(conflict=conflict, keep_owners=keep_owners),
                on_progress=lambda step: bar(step.bytes_done, step.bytes_total, count_text(step.files_total, "file")),
            )  # fmt: skip
        handle.shutdown()
    tell(report)


def copy(
    source: ImageOptions, paths: Sequence[str], target: ImageOptions, directory: str, *, conflict: Conflict
) -> None:
    """Copy files and folders from one image into a folder of another, or of the same."""
    with ExitStack() as stack:
        if _is_same(source, target):
            disks = tuple(dict.fromkeys((*source.further, *target.further)))
            giver = taker = stack.enter_context(mounted(replace(target, further=disks), write=True))
        else:
            giver = stack.enter_context(mounted(source))
            taker = stack.enter_context(mounted(target, write=True, admit=giver.refuse_to_change))
        with progress_bar() as bar:
            report = giver.copy_across(
                list(paths), taker, directory, conflict=conflict,
                on_progress=lambda step: bar(step.bytes_done, step.bytes_total, count_text(step.files_total, "file")),
            )  # fmt: skip
        taker.shutdown()
    tell(report)


def _is_same(source: ImageOptions, target: ImageOptions) -> bool:
    """Return whether both are one image, of which nothing can be read by itself while it is written.

    Raises:
        EngineError: two of its file systems are meant.
    """
    if not is_same_file(source.image, target.image):
        return False
    if source.device != target.device:
        raise EngineError(
            "one image can only be copied within one of its trees",
            remedy="Give the same device to both, or 'cutaway get' the files first.",
        )
    return True


def tell(report: InsertReport) -> None:
    """Say what has been done, and what has not."""
    for skipped in report.skipped:
        print(f"cutaway: left out: {printable(skipped.path)}: {printable(skipped.reason)}", file=sys.stderr)
    for failed in report.failures:
        print(f"cutaway: could not be copied: {printable(failed.path)}: {printable(failed.reason)}", file=sys.stderr)
    for changed in report.changed:
        print(f"cutaway: warning: {printable(changed.path)}: {printable(changed.reason)}", file=sys.stderr)
    for path in report.paths:
        print(printable(path))
    print(f"{count_text(report.files, 'file')}, {size_text(report.bytes)}", file=sys.stderr)
    if report.failures:
        raise EngineError(f"{len(report.failures)} of the files and folders could not be copied")
