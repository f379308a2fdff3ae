"""copy_out and its kin: files and whole folders from the image to the host. The one way in for the handles.

Everything is listed, copied meanwhile, built out of sight, and let appear at the end: a failure or a cancellation
leaves nothing. Runs in the worker's event loop; file-system work of a small batch blocks it briefly.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cutaway.errors import EngineError
from cutaway.protocol.declaration import GuestPath
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.extraction import Extraction, ExtractOptions, ExtractReport
from cutaway.transfer.folder_target import FolderTarget
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.journal import clean_leftovers
from cutaway.transfer.outlet import Root, root_again, root_of
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.progress import ProgressCallback, TransferProgress

__all__ = [
    "CallRunner", "ExtractOptions", "ExtractReport", "LeftOut", "ProgressCallback", "TransferProgress",
    "copy_out", "retry_out",
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
