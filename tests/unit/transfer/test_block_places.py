"""What lies on what: partitions, volumes and loop devices of a host, as its sysfs tells."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cutaway.errors import DestinationError, DriveError
from cutaway.transfer import block_places
from cutaway.transfer.block_places import is_one_within_the_other
from cutaway.transfer.own_files import refuse_own_files, refuse_to_write_what_is_read

MIB = 1 << 20


class Host:
    """A host's block devices, as files of a made-up sysfs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        (folder / "numbers").mkdir()

    def add(self, path: str, *, slaves: tuple[str, ...] = (), **files: object) -> None:
        """Add a device: its folder, and files in it."""
        self._count += 1
        device = self._folder / path
        (device / "slaves").mkdir(parents=True)
        for name, content in {"dev": f"8:{self._count}", **files}.items():
            place = device / name.replace("__", "/")
            place.parent.mkdir(exist_ok=True)
            place.write_text(f"{content}\n")
        for slave in slaves:
            (device / "slaves" / os.path.basename(slave)).symlink_to(self._folder / slave)
        (self._folder / "numbers" / f"8:{self._count}").symlink_to(device)

    def stat(self, path: str) -> Any:
        """Return the status of the device's node."""
        major, minor = (self._folder / path / "dev").read_text().split(":")
        return SimpleNamespace(st_mode=stat.S_IFBLK, st_rdev=os.makedev(int(major), int(minor)))


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    host = Host(tmp_path)
    monkeypatch.setattr(block_places, "SYS_BLOCK", tmp_path / "numbers")
    host.add("sda")
    host.add("sda/sda1", partition=1, start=2048, size=2048)
    host.add("sda/sda2", partition=2, start=4096, size=4096)
    host.add("sdb")
    host.add("dm-0", slaves=("sda/sda2",))
    host.add("dm-1", slaves=("sda/sda2", "sdb"))
    host.add("dm-2", slaves=("dm-1",))
    (tmp_path / "file").write_bytes(b"")
    host.add("loop0", loop__backing_file=tmp_path / "file", loop__offset=0)
    host.add("loop0/loop0p1", partition=1, start=2048, size=2048)
    host.add("loop1", loop__backing_file=tmp_path / "file", loop__offset=2 * MIB)
    return host


#: Everything that is not apart.
TOGETHER = {
    ("sda", "sda/sda1"), ("sda", "sda/sda2"), ("sda", "dm-0"), ("sda", "dm-1"), ("sda", "dm-2"),
    ("sda/sda2", "dm-0"), ("sda/sda2", "dm-1"), ("sda/sda2", "dm-2"), ("sdb", "dm-1"), ("sdb", "dm-2"),
    ("dm-1", "dm-2"), ("loop0", "loop0/loop0p1"), ("loop0", "loop1"),
}  # fmt: skip
ALL = ["sda", "sda/sda1", "sda/sda2", "sdb", "dm-0", "dm-1", "dm-2", "loop0", "loop0/loop0p1", "loop1"]


def test_each_device_meets_what_it_lies_on_and_nothing_else(host: Host) -> None:
    for one, other in combinations(ALL, 2):
        for pair in ((one, other), (other, one)):
            assert is_one_within_the_other(*map(host.stat, pair)) == ((one, other) in TOGETHER), pair
    assert all(is_one_within_the_other(host.stat(one), host.stat(one)) for one in ALL)


def test_a_loop_device_is_a_part_of_its_file(host: Host, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    met = [is_one_within_the_other(host.stat("loop0/loop0p1"), os.stat(tmp_path / name)) for name in ("file", "other")]
    assert met == [True, False]


def test_a_device_of_which_the_system_tells_nothing_is_itself(host: Host) -> None:
    unknown: Any = SimpleNamespace(st_mode=stat.S_IFBLK, st_rdev=os.makedev(99, 1))
    assert is_one_within_the_other(unknown, unknown)
    assert not is_one_within_the_other(unknown, host.stat("sda"))


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Give a loop device and its file."""
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(8 * MIB)
    done = subprocess.run(["losetup", "-f", "--show", image], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("loop devices need root")
    yield done.stdout.strip(), str(image)
    subprocess.run(["losetup", "-d", done.stdout.strip()], check=True)


def test_what_is_read_through_a_device_is_not_written_through_another(loop: tuple[str, str]) -> None:
    device, image = loop
    with pytest.raises(DriveError):
        refuse_to_write_what_is_read(device, [device], [image])
    with pytest.raises(DestinationError):
        refuse_own_files([image], device)
