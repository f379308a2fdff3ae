"""Reads the wire vectors of tests/protocol_vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "protocol_vectors"


def load(name: str) -> list[dict[str, Any]]:
    """Return the vectors of one file."""
    vectors: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text())
    return vectors


def value(written: Any) -> Any:
    """Return a value from its form in JSON, in which bytes are {"hex": …}."""
    if isinstance(written, dict) and set(written) == {"hex"}:
        return bytes.fromhex(written["hex"])
    if isinstance(written, list):
        return [value(item) for item in written]
    return written
