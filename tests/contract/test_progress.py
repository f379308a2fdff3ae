"""The promise of progress: 0 <= position <= total, never backwards, at last the total unless the call fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.events import Progress


@pytest.fixture
def progress(mounted: Handle) -> list[Progress]:
    """Give the list of what is told from now on."""
    told: list[Progress] = []
    mounted.on(Progress, told.append)
    return told


def check(told: list[Progress], procedure: str) -> None:
    positions = [event.position for event in told]
    assert {event.procedure for event in told} <= {procedure}
    assert len({event.serial for event in told}) <= 1
    assert all(0 <= event.position <= event.total for event in told if event.total)
    assert positions == sorted(positions)
    if told:
        assert told[-1].position == told[-1].total > 0


def test_progress_of_a_long_checksum(mounted: Handle, progress: list[Progress]) -> None:
    mounted.checksum("sha256", "/srv/special/disk.img")
    assert len(progress) >= 2
    check(progress, "checksum")
    assert progress[-1].total == mounted.filesize("/srv/special/disk.img")


def test_progress_of_a_download(mounted: Handle, progress: list[Progress], tmp_path: Path) -> None:
    mounted.download("/srv/special/disk.img", tmp_path / "disk.img")
    check(progress, "download")


def test_progress_of_a_tar(mounted: Handle, progress: list[Progress], tmp_path: Path) -> None:
    mounted.tar_out("/srv/many", tmp_path / "tar", compress="gzip")
    check(progress, "tar_out")


def test_a_quick_call_tells_nothing(mounted: Handle, progress: list[Progress]) -> None:
    mounted.checksum("md5", "/etc/hostname")
    mounted.ls("/etc")
    assert progress == []


def test_a_failed_call_promises_no_end(mounted: Handle, progress: list[Progress]) -> None:
    with pytest.raises(GuestError):
        mounted.checksum("md5", "/nowhere")
    assert progress == []


def test_a_listener_that_raises_fails_its_call_and_nobody_waits(mounted: Handle, tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("not like this")

    with pytest.raises(ValueError, match="not like this"):
        mounted.copy_out("/etc", tmp_path, on_progress=refuse)
    assert list(tmp_path.iterdir()) == []
