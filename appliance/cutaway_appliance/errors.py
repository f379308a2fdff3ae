"""What can go wrong while an appliance is built."""

from __future__ import annotations


class BuildError(Exception):
    """The appliance cannot be built; the message says why, `remedy` what to try. Nothing half-built is left."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy
