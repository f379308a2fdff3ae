"""copy_out and its kin: files and whole folders from the image to the host. The one way in for the handles.

Everything is listed, copied meanwhile, built out of sight, and let appear at the end: a failure or a cancellation
leaves nothing. Runs in the worker's event loop; file-system work of a small batch blocks it briefly.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from cutaway.errors import DestinationError, EngineError
from cutaway.protocol.declaration import GuestPath
from cutaway.transfer.archive_format import SUFFIXES, ArchiveFormat, format_of
from cutaway.transfer.archive_target import ArchiveTarget
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.extraction import Extraction, ExtractOptions, ExtractReport
from cutaway.transfer.folder_target import FolderTarget
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.journal import clean_leftovers
from cutaway.transfer.outlet import Root, root_again, root_of
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.progress import ProgressCallback, TransferProgress
from cutaway.transfer.sink import Target

__all__ = [
    "ArchiveFormat", "CallRunner", "ExtractOptions", "ExtractReport", "LeftOut", "ProgressCallback", "TransferProgress",
    "archive_out", "copy_out", "format_of", "retry_out",
]  # fmt: skip


async def copy_out(
    runner: CallRunner,
    remotepaths: Sequence[GuestPath],
    localdirectory: str,
    *,
    policy: ExtractPolicy,
    options: ExtractOptions,
) -> ExtractReport:
    """Copy files and folders out of the image into a folder of the host, under their own names.

    What extractions of killed processes have left behind, wherever it is, is removed first, unless it can be gone on
    with.

    Args:
        runner: Makes the calls.
        remotepaths: Absolute paths in the image. Links are copied as links.
        localdirectory: An existing folder.
        policy: The rules.
        options: How it is carried out.

    Raises:
        DestinationError: the host's folder cannot be written, is full, or the policy does not allow it.
        GuestError: a path is not there. Files that cannot be read do not raise, they are reported.
        Cancelled, CallInterrupted, ProtocolError: nothing is left on the host.
    """
    return await _into_folder(
        runner, [root_of(_bytes_of(path)) for path in remotepaths], localdirectory, policy, options
    )


async def retry_out(
    runner: CallRunner,
    failures: Sequence[LeftOut],
    localdirectory: str,
    *,
    policy: ExtractPolicy,
    options: ExtractOptions,
) -> ExtractReport:
    """Try again what an extraction could not have, each into its place among what arrived, which is kept.

    Args:
        runner: Makes the calls.
        failures: Of the report; all of one extraction.
        localdirectory: The folder that it went into.
        policy: Its rules.
        options: How this is carried out.

    Raises:
        ValueError: a failure is of another extraction.
        DestinationError, GuestError, Cancelled, CallInterrupted, ProtocolError: as `copy_out`.
    """
    roots = _uppermost([root_again(failure, localdirectory) for failure in failures])
    return await _into_folder(runner, roots, localdirectory, policy, options)


async def archive_out(
    runner: CallRunner,
    remotepaths: Sequence[GuestPath],
    archive: Target,
    *,
    kind: ArchiveFormat | None,
    policy: ExtractPolicy,
    options: ExtractOptions,
) -> ExtractReport:
    """Pack files and folders of the image into an archive of the host, under their own names.

    Args:
        runner: Makes the calls.
        remotepaths: Absolute paths in the image. Links are packed as links.
        archive: A path, where the archive appears when it is complete; or an open descriptor.
        kind: Its format; None: the name tells.
        policy: The rules; that for names that are taken is about the archive.
        options: How it is carried out.

    Raises:
        ValueError: the name tells no format.
        DestinationError: the archive cannot be written, or its name is taken and the policy does not allow that.
        GuestError: a path is not there. Files that cannot be read do not raise, they are reported.
        Cancelled, CallInterrupted, ProtocolError: nothing is left on the host; what was written to a descriptor is
            worth nothing.
    """
    found = kind or (None if isinstance(archive, int) else format_of(os.fsdecode(archive)))
    if found is None:
        raise ValueError(f"the name of an archive ends in one of {', '.join(SUFFIXES)}, or its format is given")
    if not isinstance(archive, int):
        _refuse_own_files(runner, os.fsdecode(archive))
    clean_leftovers()
    with_digests = options.verify or bool(options.checksums)
    target = ArchiveTarget(archive, found, policy, with_digests=with_digests)
    try:
        with runner.current():
            roots = [root_of(_bytes_of(path)) for path in remotepaths]
            return await Extraction(runner, target, policy, options).run(roots)
    finally:
        await target.close()


def _refuse_own_files(runner: CallRunner, target: str) -> None:
    """See to it that what is read is not replaced."""
    for path in runner.image_files():
        with contextlib.suppress(FileNotFoundError):
            if os.path.samefile(path, target):
                raise DestinationError(
                    f"{target} is what would be read", path=target, errno_name="EBUSY",
                    remedy="Choose another name.",
                )  # fmt: skip


async def _into_folder(
    runner: CallRunner, roots: list[Root], folder: str, policy: ExtractPolicy, options: ExtractOptions
) -> ExtractReport:
    clean_leftovers()
    try:
        label = os.fsdecode(roots[0].host_name) if roots else "nothing"
        target = FolderTarget(folder, label, policy, options.work)
        return await _carried_out(runner, target, roots, policy, options)
    except EngineError:
        raise
    except OSError as error:
        raise destination_error(folder, error) from error


async def _carried_out(
    runner: CallRunner, target: FolderTarget, roots: list[Root], policy: ExtractPolicy, options: ExtractOptions
) -> ExtractReport:
    try:
        with runner.current():
            if options.resume is not None:
                target.adopt(options.resume)
            return await Extraction(runner, target, policy, options).run(roots)
    finally:
        await target.close()


def _uppermost(roots: list[Root]) -> list[Root]:
    """Leave out what lies in a folder that is tried again itself."""
    paths = {root.path for root in roots}
    return [root for root in roots if not any(above in paths for above in _above(root.path))]


def _above(path: bytes) -> list[bytes]:
    parts = path.split(b"/")
    return [b"/".join(parts[:count]) for count in range(2, len(parts))]


def _bytes_of(path: GuestPath) -> bytes:
    written = path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")
    return written.rstrip(b"/") or b"/"
