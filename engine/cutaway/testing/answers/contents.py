"""Answers about where texts stand in files, by Python's regular expressions, which are grep(1)'s in what is usual."""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterator

from cutaway.records import ContentHit
from cutaway.testing.answers.base import Family, status_of
from cutaway.testing.content import Content
from cutaway.testing.nodes import File, Folder
from cutaway.testing.vfs import Place, Refusal, show

STEP = 1 << 20
HEAD = 32 << 10
AROUND = 400
CONTENT_MAX = 4 * 1024 * 1024 - 1024


class ContentAnswers(Family):
    """Calls that look into contents, answered."""

    def search_contents(
        self,
        directory: bytes,
        text: str,
        regex: bool,
        ignore_case: bool,
        first_only: bool,
    ) -> Iterator[ContentHit]:
        """List where a text stands."""
        pattern = _pattern(text, regex=regex, ignore_case=ignore_case)
        place = self.tree.resolve(directory)
        if not isinstance(place.node, Folder | File):
            raise Refusal("EINVAL", f"{show(directory)}: neither a directory nor a regular file")
        for path, found in [(b"", place), *self.tree.below(place)]:
            self.work.check()
            if isinstance(found.node, File):
                hits = self._hits(path, found, found.node.content, pattern)
                yield from [hit for hit in [next(hits, None)] if hit is not None] if first_only else hits

    def _hits(self, path: bytes, found: Place, content: Content, pattern: re.Pattern[str]) -> Iterator[ContentHit]:
        is_binary = b"\0" in content.read(0, HEAD)
        for begin, data in self._runs(content):
            is_binary |= begin > 0
            at = begin
            if not pattern.search(_text(data)):
                continue
            for number, line in enumerate(data.split(b"\n"), 1):
                for start, length in _matches(line, pattern):
                    if is_binary or b"\0" in line[start : start + length]:
                        yield ContentHit(path, status_of(found), at + start, length, is_binary=True)
                        return
                    text = _around(line, start, length).removesuffix(b"\r")
                    yield ContentHit(path, status_of(found), at + start, length, number, text)
                at += len(line) + 1

    def _runs(self, content: Content) -> Iterator[tuple[int, bytes]]:
        """Give what lies between holes."""
        data, begin = bytearray(), 0
        for start, length in content.extents():
            if start != begin + len(data):
                yield begin, bytes(data)
                data, begin = bytearray(), start
            end = min(start + length, content.size)
            while (at := begin + len(data)) < end:
                self.work.progress(at, content.size)
                data += content.read(at, min(STEP, end - at))
        yield begin, bytes(data)

    def grep(
        self,
        regex: str,
        path: bytes,
        extended: bool,
        fixed: bool,
        insensitive: bool,
        compressed: bool,
    ) -> list[bytes]:
        """List the lines that match."""
        if extended and fixed:
            raise Refusal("EINVAL", f"{show(path)}: a text cannot be fixed and an extended regular expression")
        content = self.tree.file(path)[1].content
        data = content.read(0, content.size)
        if compressed and data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        wanted = re.escape(regex) if fixed else regex if extended else _basic(regex)
        pattern = _compiled(wanted, ignore_case=insensitive)
        lines = [line for line in data.removesuffix(b"\n").split(b"\n") if pattern.search(_text(line))]
        if sum(map(len, lines)) > CONTENT_MAX:
            raise Refusal("EFBIG", f"these lines are longer than {CONTENT_MAX} bytes")
        return lines


def _basic(regex: str) -> str:
    """Return a basic regular expression as an extended one: these signs mean something only with a backslash."""
    return re.sub(
        r"\\(.)|([+?{}()|])", lambda found: f"\\{found[2]}" if found[2] else _unescaped(found[1]), regex
    )  # fmt: skip


def _unescaped(sign: str) -> str:
    return sign if sign in "+?{}()|" else f"\\{sign}"


def _pattern(text: str, *, regex: bool, ignore_case: bool) -> re.Pattern[str]:
    if not text or not {"\0", "\n"}.isdisjoint(text):
        raise Refusal("EINVAL", "what is looked for must be one line of text")
    if regex:
        return _compiled(text, ignore_case=ignore_case)
    forms = {text, *(unicodedata.normalize(form, text) for form in ("NFC", "NFD"))}
    wide = {_text(form.encode("utf-16-le", "surrogatepass").removesuffix(b"\0")) for form in forms}
    return _compiled("|".join(re.escape(one) for one in sorted(forms | wide)), ignore_case=ignore_case)


def _compiled(regex: str, *, ignore_case: bool) -> re.Pattern[str]:
    try:
        return re.compile(regex, re.MULTILINE | (re.IGNORECASE if ignore_case else 0))
    except re.error as error:
        raise Refusal("EINVAL", f"this is no regular expression: {error}") from error


def _text(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _matches(line: bytes, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Give where a line matches, in bytes: once for what is told of it together."""
    text, told = _text(line), 0
    for match in pattern.finditer(text):
        start, length = (len(part.encode("utf-8", "surrogateescape")) for part in (text[: match.start()], match[0]))
        if length and start >= told:
            yield start, length
            told = start + _told(length)


def _told(length: int) -> int:
    return max(AROUND, min(length, 2 * AROUND))


def _around(line: bytes, start: int, length: int) -> bytes:
    """Return a line, or what is around a match in a long one."""
    return line[max(0, start - AROUND) : start + _told(length)]
