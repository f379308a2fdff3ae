"""What an insertion needs of a handle beyond calls. `cutaway.runner.Runner` is one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from cutaway.transfer.call_runner import CallRunner


class InsertRunner(CallRunner, Protocol):
    """Makes calls, and lets a cancellation reach what is done between them."""

    def beside(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Inside, a cancellation calls `stop`."""
        ...

    def written_files(self) -> list[str]:
        """Return the files of the host that the guest's drives are written to."""
        ...

    def after_all(self) -> CallRunner:
        """Return what makes calls although the operation was cancelled, to tidy up."""
        ...
