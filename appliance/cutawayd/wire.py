"""A result that is in wire form already: long lists are built so, because turning each item costs too much here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wire:
    """A value that is sent as it is."""

    value: Any
