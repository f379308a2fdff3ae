"""Owners and permissions of trees: nothing outside the image is touched, and whoever gives up is heard."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from cutaway.protocol.messages import CancelMessage
from cutawayd import access
from cutawayd.work import Cancelled, Work

CLOSED = {"owner": -1, "group": -1, "remove": 0o777, "add": 0o700, "add_execute": 0}


def test_no_link_leads_out_of_the_image(work: Work, tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "file").write_text("mine")
    before = {path: path.stat().st_mode for path in (outside, outside / "file")}
    (tree / "a").mkdir()
    (tree / "a" / "folder").symlink_to(outside)
    (tree / "a" / "file").symlink_to(outside / "file")
    (tree / "link").symlink_to(outside)
    for path in (b"/a", b"/link"):
        access.set_access(work, path, **CLOSED, recursive=True)
    with pytest.raises(OSError, match="link"):
        access.set_access(work, b"/link/file", **CLOSED, recursive=False)
    assert {path: path.stat().st_mode for path in before} == before


def test_what_cannot_be_changed_is_named_as_in_the_image(
    work: Work, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "a" / "b").mkdir(parents=True)
    (tree / "a" / "b" / "file").touch()
    real = os.chmod

    def refuse(path: str, mode: int, **rest: object) -> None:
        if path == "file":
            raise PermissionError(1, "Operation not permitted")
        real(path, mode, **rest)  # type: ignore[arg-type] as it came

    monkeypatch.setattr(os, "chmod", refuse)
    with pytest.raises(PermissionError) as caught:
        access.set_access(work, b"/a", **CLOSED, recursive=True)
    assert caught.value.filename == b"/a/b/file"
    assert stat.S_IMODE((tree / "a" / "b").stat().st_mode) == 0o700


def test_what_a_file_system_leaves_out_without_a_word_is_no_success(
    work: Work, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "file").touch(mode=0o644)
    monkeypatch.setattr(os, "chmod", lambda *_, **__: None)
    with pytest.raises(OSError, match="they are 0644") as caught:
        access.set_access(work, b"/file", **CLOSED, recursive=False)
    assert (caught.value.errno, caught.value.filename) == (errno.EOPNOTSUPP, b"/file")


def test_whoever_gives_up_is_heard(host: object, work: Work, tree: Path) -> None:
    (tree / "a").mkdir()
    for number in range(2000):
        (tree / "a" / str(number)).touch(mode=0o644)
    host.send(CancelMessage(work.serial))  # type: ignore[attr-defined] the other end of the port
    with pytest.raises(Cancelled):
        access.set_access(work, b"/a", **CLOSED, recursive=True)
    assert (tree / "a" / "7").stat().st_mode & 0o777 == 0o644
