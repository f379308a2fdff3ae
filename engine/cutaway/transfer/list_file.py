"""A list of the host about a transfer: it appears when it is complete, or goes to a pipe or a terminal at the end.

Blocking. `give_up` may come from any thread.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable

from cutaway.errors import DestinationError
from cutaway.runtime_folder import anonymous_file, temporary_error
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.sink import Target, open_sink

PIECE = 1 << 20


class ListFile:
    """A list that is being written.

    What is no regular file takes nothing back: its lines wait in a nameless file until `commit`.

    Args:
        target: Where it goes; `discard` it unless it is committed.

    Raises:
        DestinationError: it cannot be written there.
    """

    def __init__(self, target: Target) -> None:
        self._sink = open_sink(target)
        descriptor = self._sink.fileno()
        self._is_held = descriptor is None
        try:
            self._file = os.fdopen(anonymous_file() if descriptor is None else os.dup(descriptor), "w+b")
        except OSError as error:
            self._sink.close()
            raise destination_error(self._sink.path, error) from error
        self._start = self._file.seek(0, io.SEEK_CUR)

    def write(self, lines: Iterable[bytes]) -> None:
        """Add lines.

        Raises:
            DestinationError: the disk does not take them.
        """
        try:
            self._file.writelines(lines)
        except OSError as error:
            raise self._failure(error) from error

    def restart(self) -> None:
        """Forget what has been added: everything comes once more."""
        self._file.seek(self._start)
        self._file.truncate()

    def flush(self) -> None:
        """See to it that the disk has what has been added.

        Raises:
            DestinationError: it does not take it.
        """
        try:
            self._file.flush()
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> DestinationError:
        return temporary_error(error) if self._is_held else destination_error(self._sink.path, error)

    def commit(self) -> None:
        """Let it appear, instead of what was there.

        Raises:
            DestinationError: that is not possible.
        """
        self.flush()
        try:
            if self._is_held:
                self._pass_on()
            self._sink.end()
            self._sink.commit()
        except OSError as error:
            raise destination_error(self._sink.path, error) from error

    def _pass_on(self) -> None:
        self._file.seek(self._start)
        while data := self._file.read(PIECE):
            self._sink.write(memoryview(data))

    def give_up(self) -> None:
        """Let a `commit` that waits for a reader fail."""
        self._sink.give_up()

    def discard(self) -> None:
        """Let go of it; what was not committed is gone. May be called again."""
        self._file.raw.close()
        self._sink.close()
