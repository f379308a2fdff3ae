"""The directory of the image that an insertion goes into: its hidden folder, the names in it, its free space.

In the worker's event loop.
"""

from __future__ import annotations

import os
import stat
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cutaway.calls import AllCalls
from cutaway.errors import CallInterrupted, DestinationError, GuestError, HostFull, StateError
from cutaway.records import InsertPlace, Stat, StatVfs
from cutaway.runtime_folder import TEMPORARY_REMEDY, temporary_folder
from cutaway.transfer.policy import Conflict

if TYPE_CHECKING:
    from cutaway.insertion.runner import InsertRunner

READ_ONLY_REMEDY = "Mount the file system for writing: mount() instead of mount_ro(), or 'cutaway put --write'."
_REASONS = {
    "EINVAL": "the image's file system does not allow its name",
    "EILSEQ": "the image's file system does not allow its name",
    "ENAMETOOLONG": "its name is too long for the image's file system",
}


class Target:
    """An insertion's directory; as a context it sees to it that nothing hidden stays behind.

    Attributes:
        staging: The hidden folder's path.
        owner: To whom the directory belongs.
        skipped: Roots that the rule leaves out, and why.
        lost: Roots that were not placed, and why.
    """

    def __init__(self, runner: InsertRunner, directory: bytes, conflict: Conflict, *, durable: bool) -> None:
        self._runner = runner
        self._directory = directory
        self._conflict: Conflict = conflict
        self._durable = durable
        self._is_open = False
        self.staging = b""
        self.owner = (0, 0)
        self.skipped: dict[int, str] = {}
        self.lost: dict[int, str] = {}

    async def admit(self, names: dict[int, bytes]) -> dict[int, bytes]:
        """Return the roots that may go in, by the rule for names that are taken.

        Raises:
            GuestError: EEXIST, the rule does not allow one.
        """
        numbers = list(names)
        found: list[Stat | None] = await self._runner.run(
            AllCalls.lstatnslist, {"path": self._directory, "names": [names[number] for number in numbers]}
        )
        for number, status in zip(numbers, found, strict=True):
            if status is None:
                continue
            if self._conflict == "skip":
                self.skipped[number] = f"{self._shown(names[number])} exists in the image"
            elif self._conflict == "fail" or (self._conflict == "replace" and stat.S_ISDIR(status.mode)):
                raise self._taken(names[number])
        return {number: name for number, name in names.items() if number not in self.skipped}

    def _taken(self, name: bytes) -> GuestError:
        error = GuestError(
            f"{self._shown(name)} exists in the image", procedure=AllCalls.insert_finish.name, errno_name="EEXIST"
        )
        error.remedy = "Choose another folder, or another rule for files that exist."
        return error

    def _shown(self, name: bytes) -> str:
        return (self._directory.rstrip(b"/") + b"/" + name).decode("utf-8", "backslashreplace")

    async def check_space(self, packed: int, needed: int, *, in_layer: int = 0) -> None:
        """Refuse before anything is copied what does not fit.

        Args:
            packed: So much is taken on the host while it is packed.
            needed: So much is taken in the image.
            in_layer: So much of that is taken on the host, by the drive's overlay.

        Raises:
            DestinationError: the folder for temporary files has not enough room.
            GuestError: ENOSPC, the image's file system has not.
        """
        folder = temporary_folder()
        use = os.statvfs(folder)
        free = use.f_bavail * use.f_frsize
        if packed + in_layer > free:
            purpose = "packing and for the layer that takes the changes" if in_layer else "packing"
            raise DestinationError(
                f"{folder} has {_megabytes(free)} free, but {_megabytes(packed + in_layer)} are needed for {purpose}",
                path=folder, errno_name="ENOSPC", remedy=TEMPORARY_REMEDY,
            )  # fmt: skip
        found: StatVfs = await self._runner.run(AllCalls.statvfs, {"path": self._directory})
        if found.blocks and needed > found.bfree * found.frsize:
            raise self._full(f"{_megabytes(found.bfree * found.frsize)} are free, but {_megabytes(needed)} are needed")

    def _full(self, what: str) -> GuestError:
        error = GuestError(
            f"the file system of {self._directory.decode('utf-8', 'backslashreplace')} has no room: {what}",
            procedure=AllCalls.insert_begin.name, errno_name="ENOSPC",
        )  # fmt: skip
        error.remedy = "Remove something in the image, or bring in less."
        return error

    async def __aenter__(self) -> Self:
        try:
            place: InsertPlace = await self._runner.run(AllCalls.insert_begin, {"directory": self._directory})
        except GuestError as error:
            if error.errno_name == "EROFS":
                error.remedy = READ_ONLY_REMEDY
            raise
        self.staging, self.owner, self._is_open = place.path, (place.uid, place.gid), True
        return self

    async def finish(self, names: dict[int, bytes], staged: dict[int, bytes] | None = None) -> list[bytes]:
        """Move the roots to their names; return their paths in the image.

        Raises:
            GuestError: one cannot be; then none is.
        """
        numbers = list(names)
        places: list[InsertPlace] = await self._runner.run(AllCalls.insert_finish, {
            "staging": self.staging, "staged": [(staged or {}).get(number, b"%d" % number) for number in numbers],
            "names": [names[number] for number in numbers], "conflict": self._conflict, "sync": self._durable,
        })  # fmt: skip
        self._is_open = False
        for number, place in zip(numbers, places, strict=True):
            if place.reason == "EEXIST":
                self.lost[number] = f"{self._shown(names[number])} exists in the image"
            elif place.reason in _REASONS:
                self.lost[number] = _REASONS[place.reason]
        return [place.path for place in places if place.path]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove the hidden folder, whatever has happened, if the appliance still lives."""
        if isinstance(error, GuestError) and error.errno_name == "ENOSPC" and not isinstance(error, HostFull):
            error.remedy = "Remove something in the image, or bring in less."
        if isinstance(error, StateError):
            raise CallInterrupted("the appliance ended while files were copied into the image") from error
        if not self._is_open:
            return
        self._is_open = False
        nothing = {"staging": self.staging, "staged": [], "names": [], "conflict": "fail", "sync": False}
        try:
            await self._runner.after_all().run(AllCalls.insert_finish, nothing)
        except (StateError, CallInterrupted):
            return  # the appliance is gone, and its overlay with it


def _megabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
