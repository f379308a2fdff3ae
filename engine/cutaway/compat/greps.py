"""The older names of `grep`, one for each combination of its options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from cutaway.calls import CALLS
from cutaway.compat.action import action
from cutaway.compat.inspection import Inspection

#: What the letters around "grep" mean.
_PREFIXES = {"": {}, "e": {"extended": True}, "f": {"fixed": True}}
_OPTIONS = ("extended", "fixed", "insensitive", "compressed")


class Greps(Inspection):
    """The older names; filled below."""


def _method(name: str, first: str, options: dict[str, bool]) -> Callable[..., Any]:
    def method(self: Greps, *values: Any) -> Any:
        given = dict.fromkeys(_OPTIONS) | options | dict(zip(("regex", "path"), values, strict=True))
        return self._make(CALLS["grep"], given)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = ("self", first, "path")
    vars(method)["__signature__"] = inspect.Signature([inspect.Parameter(word, kind) for word in names])
    method.__name__ = name
    method.__qualname__ = f"Greps.{name}"
    method.__doc__ = f"Return the lines of a file that match, as {name}(1) does; grep takes options."
    return action(method)


def _fill() -> None:
    for prefix, options in _PREFIXES.items():
        for start, compressed in (("", {}), ("z", {"compressed": True})):
            for end, insensitive in (("", {}), ("i", {"insensitive": True})):
                name = f"{start}{prefix}grep{end}"
                first = "pattern" if prefix == "f" else "regex"
                if name != "grep":
                    setattr(Greps, name, _method(name, first, {**options, **compressed, **insensitive}))


_fill()
