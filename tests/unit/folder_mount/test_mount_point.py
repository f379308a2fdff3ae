"""What folder can be mounted on, and what is said of one that cannot. Nothing is mounted here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.cli import mount as mounting
from cutaway.cli.opened import ImageOptions
from cutaway.errors import DestinationError, EngineError
from cutaway.folder_mount import mount_point
from cutaway.folder_mount.mount_point import Mounted

WISHES = mounting.Wishes(foreground=True)


@pytest.fixture
def host_can_mount(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mount_point, "check_host", lambda: None)
    monkeypatch.setattr("cutaway.folder_mount.libfuse.load", lambda: None)


def missing(path: Path) -> None:
    assert not path.exists()


def a_file(path: Path) -> None:
    path.write_text("x")


def full(path: Path) -> None:
    path.mkdir()
    (path / "something").touch()


@pytest.mark.usefixtures("host_can_mount")
@pytest.mark.parametrize(
    ("make", "sentence", "remedy"),
    [
        (missing, "No such file or directory", "Make it first: mkdir"), (a_file, "Not a directory", "Choose a folder."),
        (full, "it is not empty", "Make a new folder"),
    ],
)  # fmt: skip
def test_a_folder_that_cannot_be_used(make: Callable[[Path], None], sentence: str, remedy: str, tmp_path: Path) -> None:
    path = tmp_path / "folder"
    make(path)
    with pytest.raises(DestinationError, match=sentence) as caught:
        mounting.mount(ImageOptions("image"), str(path), WISHES)
    assert str(path) in str(caught.value)
    assert remedy in caught.value.remedy


def test_a_folder_is_taken_by_its_true_path(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    assert mount_point.prepare(str(tmp_path / "link")) == str(tmp_path / "folder")


def test_a_folder_with_an_image_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mount_point, "find_mount", lambda _path: Mounted("fuse.cutaway", "/images/web.qcow2"))
    with pytest.raises(DestinationError, match=r"/images/web.qcow2 is mounted there") as caught:
        mount_point.prepare(str(tmp_path))
    assert "cutaway unmount" in caught.value.remedy


def test_an_empty_folder_that_is_another_file_system_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mount_point, "find_mount", lambda _path: Mounted("tmpfs", "tmpfs"))
    assert mount_point.prepare(str(tmp_path)) == str(tmp_path)


def test_a_machine_without_fuse_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mount_point, "DEVICE", str(tmp_path / "fuse"))
    with pytest.raises(EngineError, match="fuse is not there") as caught:
        mount_point.check_host()
    assert "modprobe fuse" in caught.value.remedy


def test_a_machine_without_fusermount_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mount_point, "DEVICE", os.devnull)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(EngineError, match="fusermount3 was not found") as caught:
        mount_point.check_host()
    assert "apt install fuse3" in caught.value.remedy


def test_others_may_look_only_if_the_administrator_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "fuse.conf"
    monkeypatch.setattr(mount_point, "SETTINGS", str(settings))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for text in (None, "", "# user_allow_other\n"):
        if text is not None:
            settings.write_text(text)
        with pytest.raises(EngineError, match="may not let other users look") as caught:
            mount_point.check_for_all()
        assert str(settings) in caught.value.remedy
    settings.write_text("mount_max = 1000\nuser_allow_other\n")
    mount_point.check_for_all()


def test_nothing_of_ours_is_not_unmounted(tmp_path: Path) -> None:
    for folder in (tmp_path, Path("/proc")):
        with pytest.raises(DestinationError, match="no image is mounted on"):
            mounting.unmount(str(folder))


def test_the_table_of_mounts_is_read(tmp_path: Path) -> None:
    assert mount_point.find_mount(str(tmp_path / "none")) is None
    found = mount_point.find_mount("/proc")
    assert found is not None
    assert found.vfs_type == "proc"
