"""Names sought by patterns, and without regard to case; each folder is opened inside the image, links and all."""

from __future__ import annotations

import errno
import fnmatch
import os
import re
from collections.abc import Iterator

from cutawayd.entries import is_folder
from cutawayd.files import CONTENT_MAX
from cutawayd.work import Work

#: More combinations of {…,…} than this are nobody's wish.
BRACES_MAX = 1024
_MAGIC = re.compile(rb"[*?\[]")
_INNER_BRACES = re.compile(rb"(?<!\\)\{([^{}]*)\}")
#: What stands for itself, as glob(7) has it.
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def glob_expand(work: Work, pattern: bytes, directoryslash: bool) -> list[bytes]:
    """Return the paths that fit."""
    found: set[bytes] = set()
    room = CONTENT_MAX
    for plain in _without_braces(pattern):
        for path in _fitting(work, b"", [name for name in plain.split(b"/") if name]):
            full = path + b"/" if directoryslash and is_folder(work, path) else path
            if full not in found:
                room -= len(full) + 5
                found.add(full)
            if room < 0:
                raise OSError(errno.EFBIG, "too many paths to be returned at once", pattern)
    return sorted(found)


def _without_braces(pattern: bytes) -> list[bytes]:
    """Return a pattern once for each choice of its braces, the innermost first; "{}" and "{a}" stand for themselves."""
    done, pending = [], [pattern]
    while pending:
        text = pending.pop()
        match = next((match for match in _INNER_BRACES.finditer(text) if b"," in match.group(1)), None)
        if match is None:
            done.append(text)
        else:
            before, after = text[: match.start()], text[match.end() :]
            pending += [before + word + after for word in match.group(1).split(b",")]
        if len(done) + len(pending) > BRACES_MAX:
            raise OSError(errno.EINVAL, "there are too many braces in it", pattern)
    return done


def _fitting(work: Work, start: bytes, names: list[bytes]) -> Iterator[bytes]:
    """Give the paths below a folder that fit the patterns of their names, one after another."""
    pending = [(start, 0)]
    while pending:
        path, depth = pending.pop()
        work.check()
        if depth == len(names):
            yield path or b"/"
        elif _MAGIC.search(_ESCAPED.sub(b"", names[depth])):
            may_be_hidden = names[depth].startswith((b".", b"\\."))
            pending += [
                (path + b"/" + name, depth + 1)
                for name in fnmatch.filter(_names(work, path), _of_python(names[depth]))
                if may_be_hidden or not name.startswith(b".")
            ]
        elif _is_there(work, plain := path + b"/" + _ESCAPED.sub(rb"\1", names[depth])):
            pending.append((plain, depth + 1))


def _of_python(pattern: bytes) -> bytes:
    """Return a pattern as fnmatch has it: without backslashes, and with "!" alone to negate."""
    plain = _ESCAPED.sub(lambda match: b"[%s]" % match[1] if match[1] in b"*?[" else match[1], pattern)
    return plain.replace(b"[^", b"[!")


def _names(work: Work, path: bytes) -> list[bytes]:
    """Return the names in a folder; none of what is no folder, or cannot be read."""
    try:
        with work.sysroot.opened(path or b"/", os.O_RDONLY | os.O_DIRECTORY) as folder:
            return [os.fsencode(name) for name in os.listdir(folder)]
    except OSError:
        return []


def _is_there(work: Work, path: bytes) -> bool:
    try:
        with work.sysroot.looked_at(path, follow=False):
            return True
    except OSError:
        return False


def case_sensitive_path(work: Work, path: bytes) -> bytes:
    """Return the path as it is written in the image."""
    names = [name for name in path.split(b"/") if name]
    if b"." in names or b".." in names:
        raise OSError(errno.EINVAL, '"." and ".." cannot be in it', path)
    at = b""
    for number, name in enumerate(names):
        found = _written(work, at, name, path)
        if found is None:
            if number < len(names) - 1:
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            found = name
        at += b"/" + found
    if path.endswith(b"/") and at and not is_folder(work, at):
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
    return at or b"/"


def _written(work: Work, folder: bytes, name: bytes, path: bytes) -> bytes | None:
    """Return the name of an entry as it is written: the very same first, then the only one that differs by case."""
    if not is_folder(work, folder or b"/"):
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
    if _is_there(work, folder + b"/" + name):
        return name
    folded = os.fsdecode(name).casefold()
    found = [item for item in _names(work, folder) if os.fsdecode(item).casefold() == folded]
    if len(found) > 1:
        raise OSError(errno.EINVAL, "several names differ from it only by case", path)
    return found[0] if found else None
