"""The private data area of a handle: values that a program keeps with it, by name (guestfs(3), PRIVATE DATA AREA)."""

from __future__ import annotations

from typing import Any


class PrivateData:
    """A mapping of names to values of any kind; None means absent. Not touched by the handle itself."""

    def __init__(self) -> None:
        self._private: dict[str, Any] = {}
        self._walk: list[str] = []

    def set_private(self, key: str, value: Any) -> None:
        """Keep a value under a name; None removes it."""
        if value is None:
            self._private.pop(key, None)
        else:
            self._private[key] = value

    def get_private(self, key: str) -> Any:
        """Return the value kept under a name, None if there is none."""
        return self._private.get(key)

    def delete_private(self, key: str) -> None:
        """Forget a name; one that is not there is no error."""
        self._private.pop(key, None)

    def first_private(self) -> tuple[str, Any] | None:
        """Begin a walk; return the first pair, None if there is none."""
        self._walk = list(self._private)
        return self.next_private()

    def next_private(self) -> tuple[str, Any] | None:
        """Return the next pair of the walk, None at its end. Names deleted meanwhile are left out."""
        while self._walk:
            key = self._walk.pop(0)
            if key in self._private:
                return key, self._private[key]
        return None
