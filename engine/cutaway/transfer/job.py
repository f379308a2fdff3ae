"""copy_out and its kin: files and whole folders from the image to the host. The one way in for the handles.

Everything is listed, copied meanwhile, built out of sight, and let appear at the end: a failure or a cancellation
leaves nothing. Runs in the worker's event loop; file-system work of a small batch blocks it briefly.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from cutaway.errors import EngineError
from cutaway.protocol.declaration import GuestPath
from cutaway.transfer.archive_format import ArchiveFormat, format_of, kind_of
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.checksum_types import CHECKSUMS
from cutaway.transfer.extraction import Extraction, ExtractOptions, ExtractReport
from cutaway.transfer.folder_target import FolderTarget
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.journal import clean_leftovers
from cutaway.transfer.own_files import refuse_own_files
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.progress import ProgressCallback, TransferProgress
from cutaway.transfer.roots import Root, roots_again, roots_of
from cutaway.transfer.sink import Target

if TYPE_CHECKING:
    from cutaway.transfer.archive_target import ArchiveTarget

__all__ = [
    "ArchiveFormat", "CallRunner", "ExtractOptions", "ExtractReport", "LeftOut", "ProgressCallback", "TransferProgress",
    "archive_out", "checksums_out", "copy_out", "format_of", "retry_out",
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
    return await _into_folder(runner, roots_of(remotepaths, policy), localdirectory, policy, options)


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
    roots = roots_again(failures, localdirectory, policy)
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
    from cutaway.transfer.archive_target import ArchiveTarget  # noqa: PLC0415 no folder needs it

    found = kind_of(archive, kind)
    refuse_own_files(runner.image_files(), archive)
    clean_leftovers()
    digest = "sha256" if options.verify or options.checksums else ""
    shown = f"descriptor {archive}" if isinstance(archive, int) else os.fsdecode(archive)
    with _explained(shown):
        target = ArchiveTarget(archive, found, policy, digest=digest)
        return await _packed(runner, target, remotepaths, policy, options)


async def checksums_out(
    runner: CallRunner, csumtype: str, remotepaths: Sequence[GuestPath], sumsfile: str, *, options: ExtractOptions
) -> ExtractReport:
    """Write the checksums of files and folders of the image to a file of the host: an archive that nobody keeps.

    Args:
        runner: Makes the calls.
        csumtype: One of CHECKSUMS.
        remotepaths: Absolute paths in the image.
        sumsfile: The new file; it appears when it is complete, and replaces another.
        options: How it is carried out.

    Raises:
        ValueError: there is no such type.
        DestinationError: the file cannot be written.
        GuestError: a path is not there. Files that cannot be read do not raise, they are reported.
        Cancelled, CallInterrupted, ProtocolError: nothing is left on the host.
    """
    from cutaway.transfer.archive_target import ArchiveTarget  # noqa: PLC0415 no folder needs it

    if csumtype not in CHECKSUMS:
        raise ValueError(f"{csumtype!r} is none of {', '.join(CHECKSUMS)}")
    policy = ExtractPolicy()
    with _explained(sumsfile), _nowhere() as nowhere:
        target = ArchiveTarget(nowhere, "tar", policy, digest=csumtype)
        return await _packed(runner, target, remotepaths, policy, replace(options, checksums=sumsfile))


@contextmanager
def _nowhere() -> Iterator[int]:
    """Give a descriptor that takes everything and keeps nothing."""
    descriptor = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _explained(shown: str) -> Iterator[None]:
    """Tell what goes wrong with the host in the engine's words.

    Args:
        shown: What a person calls the destination.
    """
    try:
        yield
    except EngineError:
        raise
    except OSError as error:
        raise destination_error(shown, error) from error


async def _packed(
    runner: CallRunner,
    target: ArchiveTarget,
    remotepaths: Sequence[GuestPath],
    policy: ExtractPolicy,
    options: ExtractOptions,
) -> ExtractReport:
    try:
        with runner.current():
            return await Extraction(runner, target, policy, options).run(roots_of(remotepaths, policy))
    finally:
        await target.close()


async def _into_folder(
    runner: CallRunner, roots: list[Root], folder: str, policy: ExtractPolicy, options: ExtractOptions
) -> ExtractReport:
    with _explained(folder):
        clean_leftovers()
        label = os.fsdecode(roots[0].host_name) if roots else "nothing"
        target = FolderTarget(folder, label, policy, options.work, image_files=runner.image_files())
        return await _carried_out(runner, target, roots, policy, options)


async def _carried_out(
    runner: CallRunner, target: FolderTarget, roots: list[Root], policy: ExtractPolicy, options: ExtractOptions
) -> ExtractReport:
    try:
        with runner.current():
            if options.resume is not None:
                target.adopt(options.resume)
            report = await Extraction(runner, target, policy, options).run(roots)
    except BaseException:
        if options.work is not None and options.control is not None and options.control.is_left:
            target.leave()
        else:
            await target.close()
        raise
    await target.close()
    return report
