"""What is written about an extraction besides itself: the list of checksums, and the manifest. In the worker's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from cutaway.transfer.call_runner import CallRunner
from cutaway.transfer.list_file import ListFile
from cutaway.transfer.manifest import Manifest
from cutaway.transfer.own_files import refuse_own_files


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

    async def write(self, write_checksums: Callable[[ListFile, Callable[[], None]], Awaitable[None]]) -> None:
        """Let them appear; a reader of a pipe that does not read is waited for until that is cancelled.

        Args:
            write_checksums: Adds the checksums; calls its second argument now and then.
        """
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
