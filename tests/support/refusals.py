"""Changes that have to fail and leave everything as it was: one after another, since making a scene takes longest."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from cutaway import Handle
from cutaway.errors import GuestError

Change = Callable[[Handle], object]


def assert_refused(handle: Handle, changes: Iterable[Change], state: Callable[[], Any]) -> None:
    """Fail unless the appliance refuses each change, and what `state` returns stays the same."""
    before = state()
    for change in changes:
        what = inspect.getsource(change).strip()
        try:
            change(handle)
        except GuestError:
            assert state() == before, what
        else:
            pytest.fail(f"not refused: {what}")
