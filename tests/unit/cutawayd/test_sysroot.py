"""Hostile links in the image never lead out of it: the kernel resolves them inside the root."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cutawayd.syscalls import before_mounts
from cutawayd.sysroot import NotMountedError, Sysroot


@pytest.fixture
def root(tmp_path: Path) -> Sysroot:
    (tmp_path / "secret").write_text("the host's")
    tree = tmp_path / "tree"
    (tree / "etc").mkdir(parents=True)
    (tree / "etc/file").write_text("the image's")
    (tree / "absolute").symlink_to("/etc/file")
    (tree / "climbing").symlink_to("../../../../../../etc/file")
    (tree / "escape").symlink_to(f"{tmp_path}/secret")
    (tree / "loop").symlink_to("loop")
    (tree / "magic").symlink_to("/proc/self/root/etc/passwd")
    (tree / "folder").symlink_to("/etc")
    return Sysroot(str(tree), must_be_mounted=False)


def read(root: Sysroot, path: bytes) -> bytes:
    with root.opened(path, os.O_RDONLY) as descriptor:
        return os.read(descriptor, 100)


@pytest.mark.parametrize("path", [b"/etc/file", b"/absolute", b"/climbing", b"/folder/file", b"/../../etc/file"])
def test_links_are_followed_inside(root: Sysroot, path: bytes) -> None:
    assert read(root, path) == b"the image's"


@pytest.mark.parametrize("path", [b"/escape", b"/loop", b"/magic", b"/etc/file/more", b"/nothing"])
def test_links_never_lead_out(root: Sysroot, path: bytes) -> None:
    with pytest.raises(OSError):  # noqa: PT011 which errno depends on the link
        read(root, path)


def test_the_link_itself_is_looked_at(root: Sysroot) -> None:
    with root.looked_at(b"/escape", follow=False) as seen:
        assert os.readlink("", dir_fd=seen).endswith("secret")


def test_the_real_path_is_the_image_s(root: Sysroot) -> None:
    with root.looked_at(b"/folder/file", follow=True) as seen:
        assert root.real_path(seen) == b"/etc/file"


@pytest.mark.parametrize("path", [b"/", b"/etc/..", b"/."])
def test_some_paths_have_no_parent_and_name(root: Sysroot, path: bytes) -> None:
    with pytest.raises(OSError), root.parent_of(path):  # noqa: PT011 which error, the file system decides
        pass


def test_nothing_mounted_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(NotMountedError):
        Sysroot(str(tmp_path)).open(b"/", os.O_RDONLY)


def test_a_root_that_is_kept_is_let_go_before_anything_is_mounted(tmp_path: Path) -> None:
    tree, known = tmp_path / "tree", len(before_mounts)
    tree.mkdir()
    kept = Sysroot(str(tree), must_be_mounted=False, keeps_root=True)
    try:
        old = kept.status(b"/", follow=True)
        tree.rename(tmp_path / "old")
        tree.mkdir()
        assert kept.status(b"/", follow=True) == old
        for tell in before_mounts[known:]:
            tell()
        assert kept.status(b"/", follow=True) == tree.stat()
    finally:
        kept.forget_root()
        del before_mounts[known:]
