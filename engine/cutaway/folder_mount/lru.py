"""A dictionary that forgets what was not used for longest, by the weight of what it holds. No thread of its own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lru(Generic[K, V]):
    """Values by key, bounded.

    Args:
        weight_max: How much all values may weigh together; the newest is kept however much it weighs.
        weigh: Tells what a value weighs; None: each weighs one.
    """

    def __init__(self, weight_max: int, weigh: Callable[[V], int] | None = None) -> None:
        self._weight_max = weight_max
        self._weigh = weigh or (lambda _: 1)
        self._values: OrderedDict[K, V] = OrderedDict()
        self._weight = 0

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def get(self, key: K) -> V | None:
        """Return a value, which counts as a use of it."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value, and forget others where it needs room."""
        old = self._values.pop(key, None)
        if old is not None:
            self._weight -= self._weigh(old)
        self._values[key] = value
        self._weight += self._weigh(value)
        while self._weight > self._weight_max and len(self._values) > 1:
            _, forgotten = self._values.popitem(last=False)
            self._weight -= self._weigh(forgotten)
