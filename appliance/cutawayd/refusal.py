"""An error that has no errno: NOFILESYSTEM, ENCRYPTED, and others that the engine knows by name."""

from __future__ import annotations


class Refusal(Exception):
    """A call cannot be done; its error's name (see cutaway.errors) and a message."""

    def __init__(self, errno_name: str, message: str) -> None:
        super().__init__(message)
        self.errno_name = errno_name
