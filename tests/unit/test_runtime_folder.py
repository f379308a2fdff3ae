"""The folder for sockets: private, in a place whose path is short enough for them, and gone in the end."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest
from cutaway.errors import LaunchError
from cutaway.qemu.command import SOCKETS
from cutaway.qemu.exports import SOCKET
from cutaway.runtime_folder import OURS_MAX, SOCKET_PATH_MAX, base_folder, runtime_folder


@pytest.mark.parametrize("length", [SOCKET_PATH_MAX - OURS_MAX, SOCKET_PATH_MAX - OURS_MAX + 1, 200])
def test_sockets_can_be_made_however_long_the_name_of_the_runtime_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    long = Path(str(tmp_path / "long").ljust(length, "x"))
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    monkeypatch.delenv("TMPDIR", raising=False)
    with runtime_folder() as folder:
        assert (folder.parent == long) is (length == SOCKET_PATH_MAX - OURS_MAX)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for name in (*SOCKETS, SOCKET):
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(folder / name))
    assert not folder.exists()


def test_what_comes_behind_the_base_is_no_longer_than_is_thought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 4_194_304)
    with runtime_folder() as folder:
        behind = max(len(str(folder / name)) for name in (*SOCKETS, SOCKET)) - len(str(folder.parent))
    assert behind <= OURS_MAX


def test_that_there_is_no_place_for_sockets_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(LaunchError, match="no folder") as caught:
        base_folder()
    assert "XDG_RUNTIME_DIR" in caught.value.remedy
