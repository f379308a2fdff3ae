"""An unlocking that is cancelled, with a program that is killed at the worst moment."""

from __future__ import annotations

from typing import Any

import pytest
from cutawayd import cryptsetup
from cutawayd.mappings import Mapping
from cutawayd.work import Cancelled


@pytest.mark.parametrize(
    "there", [[], [Mapping("/dev/mapper/x", "/dev/sda2")], [Mapping("/dev/mapper/y", "/dev/sda3")]]
)
def test_what_was_unlocked_before_the_program_was_killed_is_locked_again(
    monkeypatch: pytest.MonkeyPatch, there: list[Mapping]
) -> None:
    commands: list[list[str]] = []

    def run(_work: Any, command: list[str], **_: Any) -> bytes:
        commands.append(command[:2] + command[-1:])
        if command[1] == "open":
            raise Cancelled
        return b""

    monkeypatch.setattr(cryptsetup, "run", run)
    monkeypatch.setattr(cryptsetup, "mappings", lambda: there)
    monkeypatch.setattr(cryptsetup, "_is_read_only", lambda _: False)
    with pytest.raises(Cancelled):
        cryptsetup.cryptsetup_open(None, "/dev/sda2", b"key", "x", False, "luks")  # type: ignore[arg-type]
    is_unlocked = bool(there) and there[0].device == "/dev/mapper/x"
    assert commands[1:] == ([["cryptsetup", "close", "x"]] if is_unlocked else [])
