"""Looks for a text in the parts of a large file that are not shown. Any loop; touches no widget."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.text_parts import TextPart, first_part, last_part, part_after, part_before
from cutaway_app.viewers.text_work import prepare, qt_length


@dataclass(frozen=True, slots=True)
class Found:
    """A place in another part of a file.

    Attributes:
        span: Where it is in that part's text, as Qt counts.
    """

    part: TextPart
    span: tuple[int, int]


async def find_elsewhere(
    content: PreviewContent,
    shown: TextPart,
    needle: str,
    *,
    encoding: str,
    backwards: bool,
    executor: Executor,
    tell: Callable[[float], None],
) -> Found | None:
    """Look through a file from behind the part that is shown on, or from before it back, going round.

    Args:
        content: The file.
        shown: The part that was looked through already.
        needle: The text; capital and small letters are the same.
        encoding: Of the file.
        backwards: Whether to look towards the beginning.
        executor: Where texts are decoded and looked through.
        tell: Called with how far the search is, 0 to 1.

    Raises:
        EngineError: a part cannot be read.
    """
    loop = asyncio.get_running_loop()
    done = 0
    async for part in _others(content, shown, backwards=backwards):
        if span := await loop.run_in_executor(executor, _find, part.data, needle, encoding, backwards):
            return Found(part, span)
        done += len(part.data)
        tell(min(1.0, done / max(1, content.total_size)))
    return None


async def _others(content: PreviewContent, shown: TextPart, *, backwards: bool) -> AsyncIterator[TextPart]:
    """Give all other parts once, from the shown one on and round."""
    if backwards:
        begin = shown.offset
        while begin > 0:
            yield (part := await part_before(content, begin))
            begin = part.offset
        part = await last_part(content)
        while part.end > shown.end and part.data:
            yield part
            part = await part_before(content, part.offset)
        return
    end = shown.end
    while end < content.total_size:
        yield (part := await part_after(content, end))
        end = part.end
    part = first_part(content)
    while part.offset < shown.offset and part.data:
        yield part
        part = await part_after(content, part.end)


def _find(data: bytes, needle: str, encoding: str, backwards: bool) -> tuple[int, int] | None:  # noqa: FBT001 by an executor
    text = prepare(data, is_complete=False, encoding=encoding).text
    places = re.finditer(re.escape(needle), text, re.IGNORECASE)
    found = next(iter(deque(places, maxlen=1)), None) if backwards else next(places, None)
    return (qt_length(text[: found.start()]), qt_length(text[: found.end()])) if found else None
