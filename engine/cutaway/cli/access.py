"""The commands that change who may do what: chmod and chown, and how permissions and owners are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from cutaway.cli.opened import ImageOptions, mounted
from cutaway.cli.output import printable
from cutaway.cli.steps import counted_steps
from cutaway.errors import EngineError, GuestError
from cutaway.handle import Handle

_OCTAL, _CLAUSE = re.compile("[0-7]{1,4}"), re.compile("([ugoa]*)((?:[-+=][rwxXst]*)+)")
_ACTION = re.compile("([-+=])([rwxXst]*)")
#: Whom a letter means: all that they can have, and what "s" is to them.
_WHO = {"u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777}
_RIGHTS = {"r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000}
_EXECUTE, _ALL = 0o111, 0o7777
#: So much of a list of accounts is read.
_ACCOUNTS_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Permissions:
    """What is to be done with permissions, as `set_access` takes it."""

    remove: int = 0
    add: int = 0
    add_execute: int = 0


def read_permissions(text: str) -> Permissions:
    """Return what a mode means, as chmod(1) takes it: octal, or clauses like u+rwX,go-w; X is about what was before.

    Raises:
        ValueError: it is none.
    """
    if _OCTAL.fullmatch(text):
        return Permissions(_ALL, int(text, 8))
    wish = Permissions()
    for clause in text.split(","):
        found = _CLAUSE.fullmatch(clause)
        if found is None:
            raise ValueError(f"{text} is no mode: write 644, or u+rwX,go-w")
        for sign, letters in _ACTION.findall(found[2]):
            wish = _then(wish, found[1] or "a", sign, letters)
    return wish


def _then(wish: Permissions, who: str, sign: str, letters: str) -> Permissions:
    """Return a wish with another one after it."""
    mask = sum(_WHO[letter] for letter in ("a" if "a" in who else set(who)))
    rights = sum(_RIGHTS[letter] for letter in set(letters) - {"X"})
    given = rights & mask
    execute = _EXECUTE & mask if "X" in letters else 0
    taken = {"+": 0, "-": given | execute, "=": mask}[sign]
    if sign == "-":
        given = execute = 0
    return Permissions(wish.remove | taken, wish.add & ~taken | given, wish.add_execute & ~taken | execute)


def change_permissions(options: ImageOptions, mode: str, paths: Sequence[str], *, recursive: bool) -> None:
    """Change permissions; nothing is changed unless all paths are there."""
    try:
        wish = read_permissions(mode)
    except ValueError as error:
        raise EngineError(str(error)) from error
    with mounted(options, write=True) as handle:
        with counted_steps(handle, "set_access"):
            for place in _places(handle, paths, recursive=recursive):
                handle.set_access(place, -1, -1, wish.remove, wish.add, wish.add_execute, recursive)
        handle.shutdown()


def change_owners(options: ImageOptions, owner: str, paths: Sequence[str], *, recursive: bool) -> None:
    """Change owners; nothing is changed unless all paths are there."""
    user, _, group = owner.partition(":")
    with mounted(options, write=True) as handle:
        numbers = _account(handle, "/etc/passwd", user), _account(handle, "/etc/group", group)
        with counted_steps(handle, "set_access"):
            for place in _places(handle, paths, recursive=recursive):
                handle.set_access(place, *numbers, recursive=recursive)
        handle.shutdown()


def _places(handle: Handle, paths: Sequence[str], *, recursive: bool) -> list[bytes]:
    """Return what paths mean, as for chmod(1) and chown(1): what links lead to, unless it is about whole trees.

    Raises:
        GuestError: one is not there.
    """
    if not recursive:
        return [handle.realpath(path) for path in paths]
    for path in paths:
        handle.lstat(path)
    return [path.encode("utf-8", "surrogateescape") for path in paths]


def _account(handle: Handle, path: str, wish: str) -> int:
    """Return the number of a user or group of the image; -1 for none.

    Raises:
        EngineError: the image does not know it.
    """
    if not wish:
        return -1
    if wish.isdecimal() and wish.isascii():
        return int(wish)
    with suppress(GuestError):
        for line in handle.pread(path, _ACCOUNTS_MAX, 0).split(b"\n"):
            name, *rest = line.split(b":")
            if name == wish.encode("utf-8", "surrogateescape") and len(rest) > 1 and rest[1].isdigit():
                return int(rest[1])
    raise EngineError(f"{path} of the image does not know {printable(wish)}", remedy="Give a number.")
