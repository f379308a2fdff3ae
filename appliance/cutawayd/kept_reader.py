"""A copy of the daemon that has files open, kept for the next question about the same files."""

from __future__ import annotations

import shutil
import tempfile
from typing import TYPE_CHECKING, Any

from cutawayd.refusal import Refusal

if TYPE_CHECKING:
    from cutawayd.forked import Servant


class KeptReader:
    """At most one copy, and what it reads.

    Attributes:
        is_aside: Whether its files are on a file system that is mounted nowhere any more, and is in use all the same.
    """

    def __init__(self) -> None:
        self._servant: Servant | None = None
        self._mark: Any = None
        self._folder = ""
        self.is_aside = False

    def fits(self, mark: Any) -> bool:
        """Return whether it is there, alive, and reads what this mark says."""
        return self.is_open and self._mark == mark

    @property
    def is_open(self) -> bool:
        """Whether there is one that is alive."""
        return self._servant is not None and self._servant.is_alive

    @property
    def servant(self) -> Servant:
        """The copy.

        Raises:
            Refusal: there is none.
        """
        if self._servant is None:
            raise Refusal("EIO", "nothing reads the file")
        return self._servant

    def new_folder(self) -> str:
        """Close what is there and return a new folder, in memory, for files that the next copy makes."""
        self.close()
        self._folder = tempfile.mkdtemp(prefix="reader-", dir="/run/cutaway")
        return self._folder

    def keep(self, servant: Servant, mark: Any, *, is_aside: bool = False) -> None:
        """Keep a copy."""
        self._servant, self._mark, self.is_aside = servant, mark, is_aside

    def close(self) -> None:
        """End it."""
        if self._servant is not None:
            self._servant.close()
            self._servant, self.is_aside = None, False
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""
