"""What comes one by one, in lists: for pages of an answer, and for what is visited in another order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def pieces(items: Iterator[T], sizes: Iterable[int]) -> Iterator[list[T]]:
    """Divide items into lists of these sizes, the last one shorter; what came before an error is given before it."""
    for size in sizes:
        piece: list[T] = []
        try:
            piece.extend(islice(items, size))
        finally:
            if piece:
                yield piece
        if len(piece) < size:
            return
