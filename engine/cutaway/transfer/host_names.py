"""Under which name each entry of an image comes to be on the host, where it cannot or shall not be its own.

Names that Windows does not allow can be written with %XX, which can be undone; names that differ only by case get
numbers where the destination takes them for one. Pure; remembers what differs. In the worker's event loop.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from cutaway.transfer.policy import NAME_MAX, WINDOWS_FORBIDS, ExtractPolicy, is_portable_name, next_name, safe_name

#: Renamed entries are told one by one up to so many times.
TOLD_MAX = 10_000
_ESCAPED = re.compile(rb"%(?=[0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Renamed:
    """Something that got another name than it has in the image.

    Attributes:
        path: In the image.
        name: On the host.
        reason: Why, for a person.
    """

    path: bytes
    name: bytes
    reason: str


class HostNames:
    """Names of the trees that are extracted from one directory.

    Args:
        policy: The rules.
        folds_case: Whether the destination takes names that differ only by case for one.
        given: Names that have been chosen already, by their paths: of what was asked for itself.

    Attributes:
        renamed: What got another name, with its path relative to the directory; the first TOLD_MAX.
        count: How many got another name.
    """

    def __init__(self, policy: ExtractPolicy, *, folds_case: bool, given: Mapping[bytes, bytes] | None = None) -> None:
        self._given = given or {}
        self._encodes = policy.encode_names
        self._folds = folds_case or policy.fold_case
        self._is_active = self._encodes or self._folds
        self._paths: dict[bytes, bytes] = {}
        self._originals: dict[bytes, bytes] = {}
        self._taken: set[int] = set()
        self._numbers: dict[int, int] = {}
        self.renamed: list[Renamed] = []
        self.count = 0

    def take(self, path: bytes, *, is_folder: bool) -> bytes:
        """Choose the name of an entry that is to be made; its folder has to have come before.

        Returns:
            Its path on the host.
        """
        if not self._is_active or not path:
            return path
        parent, _, name = path.rpartition(b"/")
        folder, chosen, reason = self.of(parent), self._written(name), ""
        if chosen != name:
            reason = "Windows does not allow its name"
        if (free := self._given.get(path) or self._free(folder, chosen, is_folder=is_folder)) != chosen:
            chosen, reason = free, "another name differs from it only by case"
        placed = folder + b"/" + chosen if folder else chosen
        if placed != path:
            self._paths[path], self._originals[placed] = placed, path
        if reason:
            self.count += 1
            if len(self.renamed) < TOLD_MAX:
                self.renamed.append(Renamed(path, chosen, reason))
        return placed

    def of(self, path: bytes) -> bytes:
        """Return the path on the host of an entry whose name has been chosen."""
        return self._paths.get(path, path) if self._paths else path

    def place(self, path: bytes) -> bytes:
        """Return the path on the host that an entry has, or would have if it could be had."""
        if not self._is_active or not path or path in self._paths:
            return self.of(path)
        parent, slash, name = path.rpartition(b"/")
        return self.place(parent) + slash + (self._given.get(path) or self._written(name))

    def original(self, placed: bytes) -> bytes:
        """Return the path in the image of what has this path on the host."""
        return self._originals.get(placed, placed) if self._originals else placed

    def renamed_to(self, path: bytes) -> bytes:
        """Return the name that an entry has got; empty if it is its own."""
        name = self.of(path).rpartition(b"/")[2]
        return b"" if name == path.rpartition(b"/")[2] else name

    def _written(self, name: bytes) -> bytes:
        return portable_name(name) if self._encodes else name

    def _free(self, folder: bytes, name: bytes, *, is_folder: bool) -> bytes:
        """Return a name that nothing in the folder has, whatever its case; it is taken from now on."""
        if not self._folds:
            return name
        # A number for each name instead of the name: there may be millions.
        key = hash((folder, folded(name)))
        if key not in self._taken:
            self._taken.add(key)
            return name
        kind = hash((key, is_folder))  # of files the number stands before the suffix
        for number in count(self._numbers.get(kind, 2)):
            candidate = next_name(name, number, is_folder=is_folder)
            if (key := hash((folder, folded(candidate)))) not in self._taken:
                self._taken.add(key)
                self._numbers[kind] = number + 1  # the next of many that are one begins there
                return candidate
        raise AssertionError("numbers do not end")


def folded(name: bytes) -> bytes:
    """Return what names have in common that a file system without regard to case takes for one.

    ext4 and f2fs compare decomposed and case-folded text, vfat and exfat drop dots at the end. Where they differ the
    stricter is assumed: a number too many does less harm than a file too few.
    """
    if name.isascii():
        return name.lower().rstrip(b". ")
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return name.lower()
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf").rstrip(". ").encode()


def portable_name(name: bytes) -> bytes:
    """Return a name that Windows allows, from which `original_name` gives the one it was made of.

    What is forbidden is written as %XX, as in a URL; so is a % that would be taken for the beginning of such.
    """
    if b"%" in name:
        name = _ESCAPED.sub(b"%25", name)
    if is_portable_name(name):
        return name
    try:
        name.decode()
        foreign = frozenset[int]()
    except UnicodeDecodeError:
        foreign = frozenset(range(0x80, 0x100))
    letters = [b"%%%02X" % byte if byte in WINDOWS_FORBIDS or byte in foreign else bytes((byte,)) for byte in name]
    if letters[-1] in {b".", b" "}:
        letters[-1] = b"%%%02X" % name[-1]
    if not is_portable_name(b"".join(letters)):  # one of the reserved names
        letters[0] = b"%%%02X" % name[0]
    return b"".join(letters)


def original_name(name: bytes) -> bytes:
    """Return the name that `portable_name` has changed."""
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes((int(found[1], 16),)), name)


def root_name(name: bytes, policy: ExtractPolicy) -> bytes:
    """Return the name that something that was asked for itself gets on the host, unless it is taken."""
    safe = safe_name(name)
    return portable_name(safe)[:NAME_MAX] if policy.encode_names else safe


def why_not_encoded(name: bytes) -> str:
    """Return why a name cannot be written for Windows; empty if it can."""
    return "its name is too long when written for Windows" if len(portable_name(name)) > NAME_MAX else ""
