"""What is written about an extraction besides itself: the list of checksums, and the manifest. In the worker's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from cutaway.errors import EngineError
from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.list_file import ListFile
from cutaway.transfer.manifest import Manifest
from cutaway.transfer.own_files import refuse_own_files

WriteChecksums = Callable[[ListFile, Callable[[], None]], Awaitable[None]]
#: What is said beside the failure of a list that is written when everything has appeared.
STAYS = "What was extracted is complete, and stays."


class Lists:
    """The lists that are wished; `discard` them at the end.

    Args:
        runner: Knows what must not be replaced, and the wish to cancel.
        checksums: The new file of the host for the one; "": not wished.
        manifest: And for the other.

    Attributes:
        manifest: Takes what is found; None: not wished.

    Raises:
        DestinationError: one of them cannot be written, found out before anything is fetched.
    """

    def __init__(self, runner: CallRunner, checksums: str, manifest: str) -> None:
        self._runner = runner
        for path in filter(None, (checksums, manifest)):
            refuse_own_files(runner.image_files(), path)
        self.manifest: Manifest | None = None
        self._checksums = ListFile(checksums) if checksums else None
        try:
            self.manifest = Manifest(ListFile(manifest)) if manifest else None
        except BaseException:
            self.discard()
            raise

    def restart(self) -> None:
        """Forget what has been listed: everything comes once more."""
        if self.manifest is not None:
            self.manifest.restart()

    def flush(self) -> None:
        """See to it that the disk has what is known already: better now than when everything has appeared.

        Raises:
            DestinationError: it does not take it.
        """
        if self.manifest is not None:
            self.manifest.file.flush()

    async def write(self, write_checksums: WriteChecksums, *, is_there: bool) -> None:
        """Let them appear; a reader of a pipe that does not read is waited for until that is cancelled.

        Args:
            write_checksums: Adds the checksums; calls its second argument now and then.
            is_there: Whether what was extracted has appeared, and stays if this fails.

        Raises:
            DestinationError, Cancelled: they are not complete.
        """
        try:
            await self._write(write_checksums)
        except EngineError as error:
            if is_there:
                error.remedy = f"{error.remedy} {STAYS}".lstrip()
            raise

    async def _write(self, write_checksums: WriteChecksums) -> None:
        if self._checksums is not None:
            await write_checksums(self._checksums, lambda: self._runner.check("the list of checksums"))
            await self._commit(self._checksums)
        if self.manifest is not None:
            await self._commit(self.manifest.file)

    async def _commit(self, file: ListFile) -> None:
        with self._runner.beside(file.give_up):
            try:
                await asyncio.to_thread(file.commit)
            except OSError:
                self._runner.check("the list")
                raise

    def discard(self) -> None:
        """Remove what has not appeared. May be called again."""
        if self.manifest is not None:
            self.manifest.file.discard()
        if self._checksums is not None:
            self._checksums.discard()
