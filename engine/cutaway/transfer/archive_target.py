"""An archive of the host as what an extraction goes into; it appears when it is complete. In the worker's thread."""

from __future__ import annotations

import asyncio
import errno
import functools
import os
import stat
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from cutaway.errors import DestinationError
from cutaway.transfer.archive_format import ArchiveFormat, ArchiveWriter
from cutaway.transfer.archive_outlet import ArchiveOutlet
from cutaway.transfer.archive_output import GzipOutput, PlainOutput
from cutaway.transfer.archive_work import ArchiveWork
from cutaway.transfer.direct_copy import MakeWork
from cutaway.transfer.directory_job import DirectoryJob
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.list_file import ListFile
from cutaway.transfer.placing import check_space, free_space
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.policy import ExtractPolicy, next_name
from cutaway.transfer.proof import digest_lines
from cutaway.transfer.roots import Root
from cutaway.transfer.sink import Target, open_sink
from cutaway.transfer.tar_writer import TarWriter
from cutaway.transfer.zip_writer import ZipWriter


def writer_of(kind: ArchiveFormat) -> type[TarWriter | ZipWriter]:
    """Return what writes a format."""
    return ZipWriter if kind == "zip" else TarWriter


class ArchiveTarget:
    """A new archive.

    Attributes:
        outlet: Takes what comes.
        make_work: Makes what the copying thread does.
        can_restart: Whether what has been written can be gone on with: a pipe may have no reader any more.
        skipped: Nothing: the rule for names that are taken is about the archive as a whole.
    """

    def __init__(self, target: Target, kind: ArchiveFormat, policy: ExtractPolicy, *, digest: str = "") -> None:
        """Begin it.

        Raises:
            DestinationError: it cannot be written there, or the name is taken and the rule does not allow that.
        """
        self._policy = policy
        self._kind = kind
        if not isinstance(target, int) and policy.conflict in {"fail", "skip"} and os.path.lexists(target):
            raise destination_error(os.fsdecode(target), FileExistsError(errno.EEXIST, "exists"))
        self._has_name = not isinstance(target, int)
        self._sink = open_sink(target)
        try:
            output = PlainOutput(self._sink)
            self._writer = _writer_for(kind, output, policy)
        except BaseException:
            self._sink.close()
            raise
        self.can_restart = output.can_take_back
        self.skipped: list[LeftOut] = []
        self.outlet = ArchiveOutlet(self._writer, self._sink.give_up, digest=digest)
        self.make_work: MakeWork = functools.partial(ArchiveWork, self.outlet, self._sink.path)
        self._names: dict[Root, bytes] = {}
        self._taken: set[bytes] = set()
        self._numbers: dict[tuple[bytes, bool], int] = {}
        self._same: set[bytes] = set()
        self._bases: dict[bytes, int] = {}

    def admit(self, roots: Sequence[Root]) -> list[Root]:
        """Return all of them."""
        counts = Counter(root.host_name for root in roots)
        self._same = {name for name, count in counts.items() if count > 1}
        return list(roots)

    def is_taken(self, root: Root) -> bool:
        """Tell whether it matters for `check` what something is: something else has its name."""
        return root.host_name in self._same and root not in self._names

    def check(self, root: Root, *, is_folder: bool) -> None:
        """Give something a name in the archive that nothing else has."""
        if root in self._names:
            return
        name, number = root.host_name, self._numbers.get((root.host_name, is_folder), 2)
        while name in self._taken:
            name, number = next_name(root.host_name, number, is_folder=is_folder), number + 1
        self._numbers[root.host_name, is_folder] = number
        self._taken.add(name)
        self._names[root] = name
        base = b"%d" % self._bases.setdefault(root.directory, len(self._bases))
        self.outlet.names[base + b"/" + root.host_name if root.name else base] = name

    def check_space(self, needed: int) -> None:
        """Raise DestinationError if so many bytes do not fit; nobody knows what compressing leaves."""
        descriptor = self._sink.fileno()
        if descriptor is not None and self._kind == "tar" and stat.S_ISREG(os.fstat(descriptor).st_mode):
            check_space(free_space(descriptor), self._sink.path, needed)

    def path_of(self, root: Root) -> str:
        """Return what something is called in the archive."""
        return os.fsdecode(self._names.get(root, root.host_name))

    async def finish(self, built: list[tuple[Root, DirectoryJob]], check: Callable[[], None]) -> dict[Root, str]:
        """Write the rest, and let the archive appear."""
        for root, job in built:
            if (folder := job.folder(root.name)) is not None:
                job.not_kept(root.name, self.outlet.end_folder(job.staged(root.name), folder))
        try:
            await asyncio.to_thread(self._write_rest, check)
            check()
            self._sink.end()
            self._sink.commit(conflict="rename" if self._policy.conflict == "rename" else "replace")
        except DestinationError:
            raise
        except OSError as error:
            raise destination_error(self._sink.path, error) from error
        return {root: self.path_of(root) for root, job in built if job.has(root.name)}

    def _write_rest(self, check: Callable[[], None]) -> None:
        self.outlet.write_waiting(check)
        self._writer.finish()

    def destination_paths(self, placed: Mapping[Root, str]) -> tuple[str, ...]:  # noqa: ARG002 they are in it
        """Return where the archive lies."""
        return (self._sink.path,) if self._has_name else ()

    async def write_checksums(self, sums: ListFile, placed: Sequence[str], check: Callable[[], None]) -> None:  # noqa: ARG002 an archive knows its own
        """Add the checksums of what is in the archive, by the paths it has there."""
        check()
        digests = sorted((self.outlet.name_of(path), digest) for path, digest in self.outlet.digests.items())
        await asyncio.to_thread(sums.write, digest_lines((digest, name) for name, digest in digests))

    async def close(self) -> None:
        """Let go of everything; what has not appeared is gone."""
        self.outlet.close()
        self._writer.close()
        self._sink.close()


def _writer_for(kind: ArchiveFormat, output: PlainOutput, policy: ExtractPolicy) -> ArchiveWriter:
    if kind == "zip":
        return ZipWriter(output, policy)
    return TarWriter(GzipOutput(output) if kind == "tar.gz" else output, policy)
