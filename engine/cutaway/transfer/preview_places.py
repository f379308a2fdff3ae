"""Where an extraction would go, as a preview looks at it: a folder or an archive of the host. Only looks; blocking."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from cutaway.errors import DestinationError
from cutaway.transfer.archive_format import ArchiveFormat
from cutaway.transfer.archive_target import writer_of
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.placing import Destination
from cutaway.transfer.policy import ExtractPolicy, next_name
from cutaway.transfer.roots import Root
from cutaway.transfer.sink import Target

#: What becomes of something that was asked for.
Outcome = Literal["new", "renamed", "replaces", "skipped", "refused"]


@dataclass(frozen=True, slots=True)
class PreviewRoot:
    """Something that was asked for.

    Attributes:
        path: In the image.
        destination_path: Where it would be on the host, or what it would be called in the archive.
        outcome: "new", or what the rule for conflicts makes of a name that is taken; "refused" ends the whole.
        reason: Why it is refused or skipped.
    """

    path: bytes
    destination_path: str
    outcome: Outcome
    reason: str = ""


class Place(Protocol):
    """Where it would go.

    Attributes:
        folds_case: Whether names that differ only by case are one there.
        keeps_second_names: Whether a file can have several names there.
    """

    folds_case: bool
    keeps_second_names: bool

    def why_not(self, mode: int) -> str:
        """Return why something of that kind cannot be there; empty if it can, as far as is known."""
        ...

    def root(self, root: Root, *, is_folder: bool) -> PreviewRoot:
        """Say what would become of something that was asked for; in the order in which it was."""
        ...

    def free_space(self) -> int | None:
        """Return how many bytes there are; None if nobody can tell."""
        ...

    def trouble(self, needed: int) -> str:
        """Return why so many bytes could not be written; empty if nothing is known against it."""
        ...

    def close(self) -> None:
        """Let go of what was looked at."""
        ...


class FolderPlace:
    """An existing folder."""

    keeps_second_names = True

    def __init__(self, folder: str, policy: ExtractPolicy, image_files: Sequence[str]) -> None:
        """Open it.

        Raises:
            DestinationError: it is not there.
        """
        self._destination = Destination(folder, image_files=image_files)
        self._policy = policy
        self._taken: set[bytes] = set()
        self.folds_case = self._destination.folds_case()

    def why_not(self, mode: int) -> str:  # noqa: ARG002 only the attempt can tell
        """Return nothing: only the attempt can tell."""
        return ""

    def root(self, root: Root, *, is_folder: bool) -> PreviewRoot:
        """Say where something would go; two that were asked for may have one name."""
        destination, name, reason = self._destination, root.host_name, ""
        conflict = "rename" if name in self._taken else self._policy.conflict
        outcome: Outcome = "new"
        if conflict == "skip" and destination.has(name):
            outcome, reason = "skipped", f"{destination.path_of(name)} exists"
        elif conflict == "rename":
            name = destination.free_name(name, self._taken, is_folder=is_folder)
            outcome = "new" if name == root.host_name else "renamed"
        elif destination.has(name):
            try:
                destination.check(name, is_folder=is_folder, conflict=conflict)
                outcome = "replaces"
            except DestinationError as error:
                outcome, reason = "refused", str(error)
        self._taken.add(name)
        return PreviewRoot(root.path, destination.path_of(name), outcome, reason)

    def free_space(self) -> int | None:
        """Return how many bytes there are."""
        return self._destination.free_space()

    def trouble(self, needed: int) -> str:
        """Return why so many bytes could not be written."""
        return _trouble(self._destination, needed)

    def close(self) -> None:
        """Close it."""
        self._destination.close()


class ArchivePlace:
    """A new archive; its names are its own, and the rule for names that are taken is about itself."""

    folds_case = False

    def __init__(self, target: Target, kind: ArchiveFormat, policy: ExtractPolicy) -> None:
        """Open the folder that it would lie in.

        Raises:
            DestinationError: that is not there.
        """
        writer = writer_of(kind)
        self.keeps_second_names, self.why_not = writer.keeps_second_names, writer.why_not
        self._conflict = policy.conflict
        self._is_packed = kind != "tar"
        self._path = None if isinstance(target, int) else os.path.abspath(os.fsdecode(target))
        self._folder = None if self._path is None else Destination(os.path.dirname(self._path))
        self._taken: set[bytes] = set()

    def root(self, root: Root, *, is_folder: bool) -> PreviewRoot:
        """Say what something would be called in it."""
        name, number = root.host_name, 2
        while name in self._taken:
            name, number = next_name(root.host_name, number, is_folder=is_folder), number + 1
        self._taken.add(name)
        return PreviewRoot(root.path, os.fsdecode(name), "new" if name == root.host_name else "renamed")

    def free_space(self) -> int | None:
        """Return how many bytes there are."""
        return None if self._folder is None else self._folder.free_space()

    def trouble(self, needed: int) -> str:
        """Return why it could not be written; nobody knows what compressing leaves."""
        if self._folder is None or self._path is None:
            return ""
        if self._conflict in {"fail", "skip"} and os.path.lexists(self._path):
            return str(destination_error(self._path, FileExistsError(errno.EEXIST, "exists")))
        return _trouble(self._folder, 0 if self._is_packed else needed)

    def close(self) -> None:
        """Close its folder."""
        if self._folder is not None:
            self._folder.close()


def _trouble(folder: Destination, needed: int) -> str:
    if not os.access(folder.folder, os.W_OK | os.X_OK):
        return f"{folder.folder} cannot be written"
    try:
        folder.check_space(needed)
    except DestinationError as error:
        return str(error)
    return ""
