"""Files that the compatible handle makes on the host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cutaway.compat.guestfs import GuestFS

from .conftest import FakeGuestFS

MIB = 1 << 20


@pytest.fixture
def guest() -> GuestFS:
    return GuestFS()


def test_a_raw_image_is_made_sparse_or_reserved(guest: GuestFS, tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(b"old")
    guest.disk_create(str(path), "raw", 4 * MIB)
    assert (path.stat().st_size, path.stat().st_blocks) == (4 * MIB, 0)
    guest.disk_create(str(path), "raw", 2 * MIB, preallocation="full")
    assert (path.stat().st_size, path.stat().st_blocks) == (2 * MIB, 4096)
    assert (guest.disk_format(str(path)), guest.disk_has_backing_file(str(path))) == ("raw", 0)


def test_a_qcow2_is_made_and_one_that_builds_on_it(guest: GuestFS, tmp_path: Path) -> None:
    base, top = tmp_path / "-base, with=signs", tmp_path / "top.qcow2"
    guest.disk_create(str(base), "qcow2", 8 * MIB, compat="0.10", clustersize=4096)
    assert guest.disk_virtual_size(str(base)) == 8 * MIB
    guest.disk_create(str(top), "qcow2", -1, backingfile=base.name, backingformat="qcow2")
    assert (guest.disk_virtual_size(str(top)), guest.disk_has_backing_file(str(top))) == (8 * MIB, 1)
    guest.disk_create(str(top), "qcow2", -1, backingfile=str(base))
    assert (guest.disk_format(str(top)), guest.disk_has_backing_file(str(top))) == ("qcow2", 1)


@pytest.mark.parametrize(
    "wished",
    [
        {"format": "raw", "size": 0},
        {"format": "raw", "size": -1},
        {"format": "raw", "size": MIB, "preallocation": "metadata"},
        {"format": "raw", "size": MIB, "compat": "1.1"},
        {"format": "raw", "size": MIB, "preallocation": "some"},
        {"format": "vmdk", "size": MIB},
        {"format": "qcow2", "size": MIB, "backingfile": "base"},
        {"format": "qcow2", "size": MIB, "compat": "2"},
        {"format": "qcow2", "size": MIB, "clustersize": 1000},
        {"format": "qcow2", "size": -1, "backingfile": "nothing", "backingformat": "raw"},
        {"format": "qcow2", "size": -1, "backingfile": "nothing", "backingformat": "raw,x=y"},
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(guest: GuestFS, tmp_path: Path, wished: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError):
        guest.disk_create(str(tmp_path / "disk.img"), **wished)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_and_a_pipe_are_not_overwritten(guest: GuestFS, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        guest.disk_create(str(tmp_path), "raw", MIB)
    with pytest.raises(RuntimeError, match="no regular file"):
        guest.disk_create("/dev/null", "raw", MIB)


def test_names_are_written_with_a_nul_behind_each(g: FakeGuestFS, tmp_path: Path) -> None:
    g.ls0("/", tmp_path / "names")
    assert (tmp_path / "names").read_bytes() == b"".join(name.encode() + b"\0" for name in g.ls("/"))
