"""Answers that look into files, and for names."""

from __future__ import annotations

import fnmatch
import os
import re

from cutaway.testing.answers.base import Family
from cutaway.testing.nodes import Folder
from cutaway.testing.vfs import Refusal, show

_TEXT = {
    "s": rb"[\t\x20-\x7e]{4,}", "S": rb"[\t\x20-\x7e\x80-\xff]{4,}", "b": rb"(?:\0[\t\x20-\x7e]){4,}",
    "l": rb"(?:[\t\x20-\x7e]\0){4,}", "B": rb"(?:\0\0\0[\t\x20-\x7e]){4,}", "L": rb"(?:[\t\x20-\x7e]\0\0\0){4,}",
}  # fmt: skip
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


class ReadingAnswers(Family):
    """ReadingCalls, answered, but for what is about other formats; and a little of RunningCalls."""

    def _bytes_of(self, path: bytes) -> bytes:
        node = self.tree.file(path)[1]
        return node.content.read(0, node.size)

    def equal(self, file1: bytes, file2: bytes) -> bool:
        """Compare two contents."""
        return self._bytes_of(file1) == self._bytes_of(file2)

    def strings(self, path: bytes) -> list[bytes]:
        """Find texts."""
        return self.strings_e("s", path)

    def strings_e(self, encoding: str, path: bytes) -> list[bytes]:
        """Find texts of an encoding."""
        if encoding not in _TEXT:
            raise Refusal("EINVAL", f"unknown encoding {encoding!r}")
        return [text.replace(b"\0", b"") for text in re.findall(_TEXT[encoding], self._bytes_of(path))]

    def hexdump(self, path: bytes) -> str:
        """Print bytes."""
        data, before = self._bytes_of(path), b""
        lines: list[str] = []
        for start in range(0, len(data), 16):
            row = data[start : start + 16]
            if row == before and len(row) == 16:
                lines += ["*\n"] if lines[-1] != "*\n" else []
                continue
            shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
            lines.append(f"{start:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  |{shown}|\n")
            before = row
        return "".join(lines) + (f"{len(data):08x}\n" if data else "")

    def wc_l(self, path: bytes) -> int:
        """Count lines."""
        return self._bytes_of(path).count(b"\n")

    def wc_w(self, path: bytes) -> int:
        """Count words."""
        return len(self._bytes_of(path).split())

    def wc_c(self, path: bytes) -> int:
        """Count bytes."""
        return self.tree.file(path)[1].size

    def is_zero(self, path: bytes) -> bool:
        """Look for a byte that is not zero."""
        content = self.tree.file(path)[1].content
        return all(not content.read(start, length).strip(b"\0") for start, length in content.extents())

    def glob_expand(self, pattern: bytes, directoryslash: bool) -> list[bytes]:
        """Find what fits a pattern."""
        found = set()
        for text in _choices(os.fsdecode(pattern)):
            for path in self._fitting(os.fsencode(text)):
                is_folder = isinstance(self._node_at(path), Folder)
                found.add(path + b"/" if directoryslash and is_folder else path)
        return sorted(found)

    def _node_at(self, path: bytes) -> object:
        try:
            return self.tree.resolve(path).node
        except Refusal:
            return None

    def _fitting(self, pattern: bytes) -> list[bytes]:
        paths = [b""]
        for name in filter(None, pattern.split(b"/")):
            paths = [
                path + b"/" + found
                for path in paths
                for found in self._names_in(path)
                if fnmatch.fnmatchcase(found, _of_python(name)) and (found[:1] != b"." or name[:1] == b".")
            ]
        return paths

    def _names_in(self, path: bytes) -> list[bytes]:
        node = self._node_at(path or b"/")
        return list(node.entries) if isinstance(node, Folder) else []

    def case_sensitive_path(self, path: bytes) -> bytes:
        """Find a path without regard to case."""
        names = [name for name in path.split(b"/") if name]
        if b"." in names or b".." in names:
            raise Refusal("EINVAL", f'{show(path)}: "." and ".." cannot be in it')
        at = b""
        for number, name in enumerate(names):
            node = self.tree.folder(at or b"/").node
            entries = list(node.entries) if isinstance(node, Folder) else []
            found = [name] if name in entries else [item for item in entries if item.lower() == name.lower()]
            if len(found) > 1:
                raise Refusal("EINVAL", f"{show(path)}: several names differ from it only by case")
            if not found and number < len(names) - 1:
                raise Refusal("ENOENT", f"{show(path)}: no such file or directory")
            at += b"/" + (found[0] if found else name)
        if path.endswith(b"/") and at:
            self.tree.folder(at)
        return at or b"/"

    def rmmountpoint(self, exemptpath: bytes) -> None:
        """Remove a folder of the bare root."""
        self.tree.remove_bare_folder(exemptpath)

    def echo_daemon(self, words: list[bytes]) -> bytes:
        """Say the words."""
        return b" ".join(words)

    def sleep(self, secs: int) -> None:
        """Wait."""
        self.work.pause(secs)


def _of_python(pattern: bytes) -> bytes:
    """Return a pattern without backslashes, and with "!" alone to negate, as fnmatch has it."""
    plain = _ESCAPED.sub(lambda match: b"[%s]" % match[1] if match[1] in b"*?[" else match[1], pattern)
    return plain.replace(b"[^", b"[!")


def _choices(pattern: str) -> list[str]:
    match = _BRACES.search(pattern)
    if match is None:
        return [pattern]
    before, after = pattern[: match.start()], pattern[match.end() :]
    return [text for word in match.group(1).split(",") for text in _choices(before + word + after)]
