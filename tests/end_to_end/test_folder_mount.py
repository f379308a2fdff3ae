"""A mounted image holds what was put in, byte for byte, by ordinary system calls; and nothing can be written."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.command import cutaway, good
from support.backends import skip_or_fail
from support.mounting import is_mounted, mounted, need_fuse

ODD = b"l\xffatin and \n a line"
MIB = 1 << 20
SYSTEM_PATHS = ":/usr/sbin:/sbin"


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tree that goes into the image."""
    tree = tmp_path_factory.mktemp("source") / "tree"
    (tree / "folder" / "below").mkdir(parents=True)
    (tree / "large").write_bytes(os.urandom(5 * MIB + 13))
    (tree / "empty").touch()
    (tree / "tool").write_bytes(b"#!/bin/sh\n")
    (tree / "tool").chmod(0o4751)
    (tree / "folder" / "secret").write_bytes(b"for nobody\n")
    (tree / "folder" / "secret").chmod(0)
    os.link(tree / "tool", tree / "folder" / "same-tool")
    (tree / "relative").symlink_to("folder/secret")
    (tree / "folder" / "below" / "absolute").symlink_to("/large")
    (tree / "dangling").symlink_to("nowhere")
    for number in range(300):
        (tree / "folder" / "below" / f"{number:03d}").write_text(str(number) * 10)
    with (tree / "sparse").open("wb") as file:
        file.seek(40 * MIB)
        file.write(b"in the middle")
        file.truncate(100 * MIB)
    with open(os.fsencode(tree) + b"/" + ODD, "wb") as odd:
        odd.write(b"odd\n")
    try:
        os.setxattr(tree / "large", "user.note", b"with\0nul")
    except OSError:
        skip_or_fail("the folder for temporary files takes no extended attributes")
    os.utime(tree / "large", (1_600_000_000, 1_500_000_000))
    return tree


@pytest.fixture(scope="session")
def image(source: Path) -> Path:
    """Make an image of the tree."""
    path = source.parent / "tree.img"
    command = ["mke2fs", "-q", "-F", "-t", "ext4", "-d", str(source), str(path), "64M"]
    subprocess.run(command, check=True, env={**os.environ, "PATH": os.environ["PATH"] + SYSTEM_PATHS})
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty folder to mount on."""
    path = tmp_path / "mounted"
    path.mkdir()
    return path


def paths_below(top: Path) -> Iterator[bytes]:
    """Give all paths below a folder, relative to it, as bytes."""
    root = os.fsencode(top)
    for folder, folders, files in os.walk(root):
        for name in sorted(folders + files):
            yield os.path.relpath(os.path.join(folder, name), root)


def facts(top: Path, path: bytes) -> dict[str, object]:
    """Return everything about a file that has to survive."""
    whole = os.path.join(os.fsencode(top), path)
    status = os.lstat(whole)
    found: dict[str, object] = {  # mke2fs keeps no parts of seconds
        "mode": stat.filemode(status.st_mode), "owner": (status.st_uid, status.st_gid),
        "mtime": status.st_mtime_ns // 1_000_000_000,
        "xattrs": {name: os.getxattr(whole, name, follow_symlinks=False) for name in xattrs_of(whole)},
    }  # fmt: skip
    if stat.S_ISREG(status.st_mode):
        with open(whole, "rb") as file:
            found |= {"size": status.st_size, "content": file.read(), "links": status.st_nlink}
    if stat.S_ISLNK(status.st_mode):
        found["target"] = os.readlink(whole)
    return found


def xattrs_of(path: bytes) -> list[str]:
    return sorted(name for name in os.listxattr(path, follow_symlinks=False) if name.startswith("user."))


def test_the_folder_holds_what_was_put_in(image: Path, source: Path, folder: Path) -> None:
    with mounted(image, folder):
        expected = sorted(paths_below(source))
        assert ODD in expected
        assert [path for path in sorted(paths_below(folder)) if path != b"lost+found"] == expected
        for path in expected:
            assert facts(folder, path) == facts(source, path), path


def test_holes_and_hard_links_are_seen(image: Path, folder: Path) -> None:
    with mounted(image, folder):
        assert (folder / "sparse").stat().st_blocks * 512 < MIB
        assert (folder / "tool").stat().st_ino == (folder / "folder" / "same-tool").stat().st_ino
        assert os.statvfs(folder).f_flag & os.ST_RDONLY


def test_nothing_can_be_written(image: Path, folder: Path) -> None:
    with mounted(image, folder):
        for write in (
            (folder / "new").touch, (folder / "empty").unlink,
            lambda: (folder / "empty").write_bytes(b"x"), lambda: os.setxattr(folder / "empty", "user.x", b"x"),
        ):  # fmt: skip
            with pytest.raises(OSError) as caught:  # noqa: PT011 the errno is what matters
                write()
            assert caught.value.errno == errno.EROFS
        flags = os.statvfs(folder).f_flag
        assert flags & os.ST_NODEV
        assert flags & os.ST_NOSUID
        assert flags & os.ST_NOEXEC


def test_random_reads_are_the_files(image: Path, source: Path, folder: Path) -> None:
    with mounted(image, folder), open(source / "large", "rb") as one, open(folder / "large", "rb") as other:
        size = os.fstat(one.fileno()).st_size
        assert os.fstat(other.fileno()).st_size == size
        for number in range(60):
            offset = number * 7919 * 613 % size
            length = (number * 104_729) % 900_000
            assert os.pread(one.fileno(), length, offset) == os.pread(other.fileno(), length, offset)


def test_links_can_lead_inside_and_owners_be_ours(image: Path, source: Path, folder: Path) -> None:
    with mounted(image, folder, "--links-inside", "--own"):
        link = folder / "folder" / "below" / "absolute"
        assert os.readlink(link) == "../../large"
        assert link.read_bytes() == (source / "large").read_bytes()
        assert (link.lstat().st_uid, link.lstat().st_gid) == (os.getuid(), os.getgid())


def test_in_the_background_it_is_there_when_the_command_returns(image: Path, folder: Path) -> None:
    need_fuse()
    assert good("mount", image, folder) == b""
    try:
        assert (folder / "tool").read_bytes() == b"#!/bin/sh\n"
        again = cutaway("mount", image, folder)
        assert again.code == 6
        assert f"{image} is mounted there" in again.errors
    finally:
        done = cutaway("unmount", folder)
    assert done.code == 0, done.errors
    assert not is_mounted(folder)
    assert os.listdir(folder) == []


def test_in_use_it_is_not_unmounted_behind_ones_back(image: Path, folder: Path) -> None:
    with mounted(image, folder), (folder / "large").open("rb"):
        done = cutaway("unmount", folder)
        assert done.code == 6
        assert "cannot be unmounted" in done.errors
        assert "try: Close what uses it" in done.errors
        assert is_mounted(folder)


def test_an_image_that_cannot_be_opened_leaves_no_mount(folder: Path, tmp_path: Path) -> None:
    need_fuse()
    for image, code in ((tmp_path / "missing.img", 3), (tmp_path / "zeros.img", 1)):
        if "zeros" in image.name:
            image.write_bytes(bytes(MIB))
        done = cutaway("mount", image, folder)
        assert done.code == code
        assert done.errors.startswith("cutaway: ")
        assert not is_mounted(folder)
