"""What the command line does with what is wrong: an exit code, two lines, nothing on standard output."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from end_to_end.command import Outcome, cutaway
from images.debian import DebianImage
from images.debian_tree import run
from support.backends import skip_or_fail

FAILED, USAGE, IMAGE, NOT_FOUND, DESTINATION = 1, 2, 3, 5, 6


def missing(path: Path, _: DebianImage) -> None:
    assert not path.exists()


def folder(path: Path, _: DebianImage) -> None:
    path.mkdir()


def empty(path: Path, _: DebianImage) -> None:
    path.touch()


def text(path: Path, _: DebianImage) -> None:
    path.write_text("This is no disk.\n" * 3000)


def cut_in_its_tables(path: Path, debian: DebianImage) -> None:
    with debian.path.open("rb") as whole:
        path.write_bytes(whole.read(300))


def cut_in_its_data(path: Path, debian: DebianImage) -> None:
    with debian.path.open("rb") as whole:
        path.write_bytes(whole.read(2_000_000))


def without_its_backing_file(path: Path, _: DebianImage) -> None:
    base = path.with_name("base.qcow2")
    run("qemu-img", "create", "-q", "-f", "qcow2", str(base), "10M")
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "base.qcow2", str(path))
    base.unlink()


def encrypted(path: Path, _: DebianImage) -> None:
    program = shutil.which("cryptsetup", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if program is None:
        skip_or_fail("cryptsetup is not installed")
    with path.open("wb") as file:
        file.truncate(32 << 20)
    quick = ["--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"]
    subprocess.run([program, "luksFormat", "-q", *quick, str(path), "-"], input=b"secret", check=True)


def zeros(path: Path, _: DebianImage) -> None:
    with path.open("wb") as file:
        file.truncate(8 << 20)


def secret(path: Path, _: DebianImage) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is unreadable for root")
    path.touch(mode=0)


BAD_IMAGES: tuple[tuple[Callable[[Path, DebianImage], None], tuple[int, ...], str], ...] = (
    (missing, (IMAGE,), "does not exist"),
    (folder, (IMAGE,), "is a folder"),
    (empty, (IMAGE,), "is empty"),
    (text, (FAILED,), "holds no file system"),
    (cut_in_its_tables, (IMAGE,), "truncated"),
    (cut_in_its_data, (IMAGE,), "is incomplete"),
    (without_its_backing_file, (IMAGE,), "base.qcow2 does not exist"),
    (encrypted, (FAILED,), "encrypted"),
    (zeros, (FAILED,), "holds no file system"),
    (secret, (IMAGE,), "permission"),
)


def is_told(done: Outcome, sentence: str) -> None:
    """Check the form that every error has."""
    assert done.output == b"", "an error has nothing on standard output"
    lines = done.errors.splitlines()
    assert lines[0].startswith("cutaway: ")
    assert len(lines) <= 3, "two lines, or three"
    assert sentence in done.errors


@pytest.mark.parametrize(("make", "codes", "sentence"), BAD_IMAGES, ids=[make.__name__ for make, *_ in BAD_IMAGES])
def test_bad_image(
    debian_image: DebianImage, tmp_path: Path,
    make: Callable[[Path, DebianImage], None], codes: tuple[int, ...], sentence: str,
) -> None:  # fmt: skip
    image = tmp_path / "image.qcow2"
    make(image, debian_image)
    done = cutaway("ls", image)
    is_told(done, sentence)
    assert done.code in codes


@pytest.mark.parametrize(
    ("command", "path", "code"),
    [("ls", "/nowhere", NOT_FOUND), ("ll", "/etc/passwd", NOT_FOUND), ("cat", "/etc", FAILED)],
)
def test_bad_path_in_the_image(debian_image: DebianImage, command: str, path: str, code: int) -> None:
    done = cutaway(command, debian_image.path, path)
    is_told(done, path)
    assert done.code == code


def test_get_of_nothing_leaves_nothing(debian_image: DebianImage, tmp_path: Path) -> None:
    done = cutaway("get", debian_image.path, "/nowhere", tmp_path)
    is_told(done, "/nowhere")
    assert done.code == NOT_FOUND
    assert not any(tmp_path.iterdir())


def test_destination_that_cannot_be_written(debian_image: DebianImage) -> None:
    done = cutaway("get", debian_image.path, "/srv/thousand", "/proc")
    is_told(done, "/proc")
    assert done.code == DESTINATION


def test_destination_that_is_full(debian_image: DebianImage, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", small], capture_output=True, check=False
    ).returncode:
        pytest.skip("a full disk needs the right to mount")
    try:
        done = cutaway("get", debian_image.path, "/srv/thousand", small)
        is_told(done, "space")
        assert done.code == DESTINATION
        assert not any(small.iterdir()), "what could not be completed is gone"
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.parametrize("arguments", [("ls", "/usr/bin"), ("cat", "/usr/bin/bash")], ids=["names", "content"])
def test_full_standard_output(debian_image: DebianImage, arguments: tuple[str, str]) -> None:
    command, path = arguments
    with open("/dev/full", "wb") as full:
        done = cutaway(command, debian_image.path, path, stdout=full)
    is_told(done, "standard output cannot be written: No space left on device")
    assert done.code == DESTINATION


def test_image_is_never_written(debian_image: DebianImage, tmp_path: Path) -> None:
    copy = tmp_path / "image.qcow2"
    shutil.copyfile(debian_image.path, copy)
    copy.chmod(stat.S_IRUSR)
    before = copy.stat()
    assert cutaway("ls", copy, "/srv").code == 0
    assert copy.stat().st_mtime_ns == before.st_mtime_ns
    assert subprocess.run(["cmp", copy, debian_image.path], check=False).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["image.qcow2"]


@pytest.mark.parametrize("arguments", [("ls",), ("ls", "--frob", "x"), ("get", "x", "/y")])
def test_bad_usage(arguments: tuple[str, ...]) -> None:
    done = cutaway(*arguments)
    assert (done.code, done.output) == (USAGE, b"")
    assert "Usage: cutaway" in done.errors


def test_window_without_a_display_is_a_sentence() -> None:
    done = cutaway("gui")
    is_told(done, "no display")
    assert done.code == FAILED
