"""Folders that say of their entries what these are not: whatever can be had is had, and the rest is told."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.transfer.policy import ExtractPolicy
from support import ext4
from support.backends import Backend

PLAIN = 40
CONTENT = b"what was in it " * 1000
#: Entry → the mode that its inode is given; the folder goes on saying what it was.
MODES = {"file-to-pipe": "0010644", "pipe-to-file": "0100644", "folder-to-file": "0100644", "file-to-folder": "0040755"}


def opened(request: pytest.FixtureRequest, backend: Backend, handle: Handle, image: Path, lines: list[str]) -> Handle:
    """Make a file system, change it by debugfs(8), and mount it."""
    if not backend.is_real:
        pytest.skip("an appliance in memory has no inodes")
    tree = image.parent / "tree"
    tree.mkdir()
    for number in range(PLAIN):
        (tree / f"plain-{number:02}").write_bytes(CONTENT)
    for name in MODES:
        (tree / name).mkdir() if name.startswith("folder") else (tree / name).write_bytes(CONTENT)
    ext4.run("mke2fs", "-q", "-F", "-t", request.param, "-O", "^dir_index", "-d", str(tree), str(image), "16M")
    ext4.run("debugfs", "-w", "-f", "-", str(image), given="\n".join(lines))
    handle.add_drive_ro(str(image))
    handle.launch()
    handle.mount_ro("/dev/sda", "/")
    return handle


@pytest.fixture(params=["ext4", "ext2"])
def lying(request: pytest.FixtureRequest, backend: Backend, backend_handle: Handle, tmp_path: Path) -> Handle:
    """A file system whose inodes the daemon reads itself, or the kernel."""
    lines = ["rm /pipe-to-file", "mknod pipe-to-file p"]  # a folder is told what something is when that gets its name
    lines += [f"sif /{name} mode {mode}" for name, mode in MODES.items()]
    return opened(request, backend, backend_handle, tmp_path / "image", lines)


@pytest.fixture(params=["ext4", "ext2"])
def broken(request: pytest.FixtureRequest, backend: Backend, backend_handle: Handle, tmp_path: Path) -> Handle:
    """A file system in whose folder stands a name that cannot be: there the kernel stops."""
    return opened(request, backend, backend_handle, tmp_path / "image", ["mknod a/b p"])


@pytest.mark.parametrize("direct", [True, False])
def test_all_that_can_be_had_is(lying: Handle, tmp_path: Path, direct: bool) -> None:
    (tmp_path / "out").mkdir()
    report = lying.copy_out("/", tmp_path / "out", policy=ExtractPolicy(symlinks="keep", read_drives=direct))
    top = next(iter((tmp_path / "out").iterdir())) if not (tmp_path / "out/plain-00").exists() else tmp_path / "out"
    assert [(top / f"plain-{number:02}").read_bytes() for number in range(PLAIN)] == [CONTENT] * PLAIN
    assert (top / "pipe-to-file").read_bytes() == b""
    told = {failure.path: failure.reason for failure in report.failures}
    assert set(told) <= {b"/file-to-folder", b"/folder-to-file"}, told
    assert "says that it is none" in told[b"/file-to-folder"]
    lying.ping_daemon()


def test_names_before_the_damage_are_shown_and_the_files_are_had(broken: Handle, tmp_path: Path) -> None:
    for call in (Handle.ls, Handle.scandir):
        names: list[object] = []
        with pytest.raises(GuestError, match="input/output error"):
            names.extend(chain.from_iterable(broken.pages(call, "/")))
        assert len(names) > PLAIN
    (tmp_path / "out").mkdir()
    report = broken.copy_out("/", tmp_path / "out")
    assert [failure.reason for failure in report.failures] == ["a part of it cannot be read: Input/output error"]
    assert report.files >= PLAIN
