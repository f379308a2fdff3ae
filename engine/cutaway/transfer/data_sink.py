"""What takes the data of a call on the host, whatever it is. A protocol only."""

from __future__ import annotations

from typing import Protocol

from cutaway.errors import DestinationError


class DataSink(Protocol):
    """Takes the data of one or of many files, in order. Failures are OSErrors."""

    @property
    def path(self) -> str:
        """What is being written now, for messages."""
        ...

    async def begin(self) -> None:
        """Make ready for the next file; called before anything of it is given."""
        ...

    async def passed(self) -> None:
        """Wait while nothing shall be taken; called from time to time."""
        ...

    def expect_no_more(self) -> None:
        """Take note that the call is over: what has not been begun will not be promised any more."""
        ...

    async def settle(self) -> None:
        """Wait until everything is where it belongs; called when the stream has ended well."""
        ...

    def fileno(self) -> int | None:
        """Return a regular file's descriptor, to splice data into; None: `write` and `hole` may block for long."""
        ...

    def write(self, data: memoryview) -> None:
        """Take data, all of it."""
        ...

    def hole(self, length: int) -> None:
        """Take so many zeros."""
        ...

    def end(self) -> None:
        """Take note that a file is complete."""
        ...

    def failed(self) -> None:
        """Take note that a file could not be read in the image; what came of it is worth nothing."""
        ...

    def failure(self, error: OSError) -> DestinationError:
        """Return what an error of this sink means to a person."""
        ...

    def give_up(self) -> None:
        """Let a `write` or `hole` that waits for somebody else fail with ECANCELED; from the loop's thread."""
        ...
