"""Proof that what was extracted is what the image holds: SHA-256 of every file, as the host has written it, and as the
guest reads it; and a list of them that `sha256sum -c` accepts (coreutils, sha256sum(1)).

In the worker's event loop; the host's digests are made in a helper thread, while the guest makes its own.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence

from cutaway.calls import AllCalls
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.host_files import sha256_of
from cutaway.transfer.host_names import HostNames
from cutaway.transfer.list_file import ListFile
from cutaway.transfer.opened_up import entered, open_file
from cutaway.transfer.outlet import Outlet

#: So many files are proven at a time.
BATCH = 64
PROOF = "the proof"
Check = Callable[[], None]


async def differing(
    runner: CallRunner, outlet: Outlet, base: bytes, directory: bytes, names: Sequence[bytes], host: HostNames
) -> list[bytes]:
    """Return which files are not as the guest reads them; paths in the image, relative to the directory.

    Args:
        runner: Makes the calls.
        outlet: Where the files are.
        base: The folder in it that holds what was extracted from the directory.
        directory: The directory in the image.
        names: What was extracted from it.
        host: Knows under which names.

    Raises:
        GuestError, Cancelled, CallInterrupted: the guest did not come to its digests.
    """
    wrong: list[bytes] = []
    files = [path for name in names for path in await asyncio.to_thread(_files_below, outlet, base, host.of(name))]
    for begin in range(0, len(files), BATCH):
        batch = files[begin : begin + BATCH]
        ours = asyncio.ensure_future(asyncio.to_thread(_digests, outlet, base, batch, lambda: runner.check(PROOF)))
        try:
            originals = [host.original(path) for path in batch]
            arguments = {"directory": directory, "names": originals}
            theirs: list[str | None] = await runner.run(AllCalls.digest_many, arguments)
        finally:
            await asyncio.gather(ours, return_exceptions=True)
        wrong += [path for path, mine, other in zip(originals, ours.result(), theirs, strict=True) if mine != other]
    return wrong


def _files_below(outlet: Outlet, base: bytes, name: bytes) -> list[bytes]:
    """Return the paths of all regular files of a tree in the outlet."""
    found = outlet.regular_files(base + b"/" + name if name else base)
    return [name + (b"/" + path if name and path else path) for path in found]


def _digests(outlet: Outlet, base: bytes, paths: Sequence[bytes], check: Check) -> list[str]:
    return [outlet.digest(base + b"/" + path, check) for path in paths]


def write_checksums(sums: ListFile, folder: str, roots: Sequence[str], check: Check) -> None:
    """Add the digests of what has been extracted to a list.

    Args:
        sums: The list.
        folder: What paths in it are relative to.
        roots: What to list, files and folders.
        check: Called now and then; raises Cancelled if that is wished.

    Raises:
        OSError: something cannot be read or written.
    """
    sums.write(digest_lines(_digests_of(folder, roots, check)))


def _digests_of(folder: str, roots: Sequence[str], check: Check) -> Iterator[tuple[str, bytes]]:
    for root in roots:
        shown = os.path.relpath(os.fsencode(root), os.fsencode(folder))
        yield from _digests_below(os.fsencode(root), None, shown, check)


def _digests_below(name: bytes, folder: int | None, shown: bytes, check: Check) -> Iterator[tuple[str, bytes]]:
    """Give the digests of a file, or of all files of a folder, its own before those of the folders in it."""
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if stat.S_ISREG(mode):
        yield sha256_of(open_file(name, folder), check), shown
    if not stat.S_ISDIR(mode):
        return
    with entered(name, folder) as descriptor:
        names = map(os.fsencode, os.listdir(descriptor))
        for below in sorted(names, key=lambda one: (_is_folder(one, descriptor), one)):
            yield from _digests_below(below, descriptor, shown + b"/" + below, check)


def _is_folder(name: bytes, folder: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)


def digest_lines(digests: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Give the lines of digests, each with the path it belongs to."""
    return (checksum_line(digest, path) for digest, path in digests)


def checksum_line(digest: str, path: bytes) -> bytes:
    """Return a line as sha256sum writes it: a name with a line break or a backslash is escaped, and marked so."""
    escaped = path.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return (b"\\" if escaped != path else b"") + digest.encode() + b"  " + escaped + b"\n"
