"""cutaway put: what it says is in the image is in the image file, for whoever opens it next."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from end_to_end.command import cutaway, good
from images.debian import DebianImage

MIB = 1024 * 1024


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a folder to bring in."""
    top = tmp_path / "tree"
    (top / "deep").mkdir(parents=True)
    (top / "deep" / "small").write_bytes(b"small\n")
    (top / "large").write_bytes(os.urandom(20 * MIB))
    (top / "link").symlink_to("deep/small")
    return top


@pytest.fixture(params=["raw", "qcow2"])
def image(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give an image with an empty ext4."""
    raw = tmp_path / "image.raw"
    with raw.open("wb") as file:
        file.truncate(100 * MIB)
    path = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", str(raw)], check=True, env=path)
    if request.param == "raw":
        return raw
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", str(raw), str(tmp_path / "image.qcow2")], check=True)
    return tmp_path / "image.qcow2"


def is_in(image: Path, folder: str, tree: Path) -> None:
    large = good("cat", image, f"{folder}/large")
    assert hashlib.sha256(large).digest() == hashlib.sha256((tree / "large").read_bytes()).digest()
    assert good("cat", image, f"{folder}/link") == b"small\n"


def test_what_was_put_is_there_for_the_next(image: Path, tree: Path) -> None:
    assert good("put", "--write", image, tree, "/") == b"/tree\n"
    is_in(image, "/tree", tree)
    assert set(good("ls", image, "/").split()) == {b"lost+found", b"tree"}


def test_what_is_changed_is_changed_for_the_next(image: Path, tree: Path) -> None:
    good("put", "--write", image, tree, "/")
    good("mkdir", "--write", "-p", image, "/a/b")
    assert good("mv", "--write", image, "/tree/deep", "/a/b") == b"/a/b/deep\n"
    good("rm", "--write", "-r", image, "/tree")
    assert sorted(good("find", image, "*").split()) == [
        b"/a",
        b"/a/b",
        b"/a/b/deep",
        b"/a/b/deep/small",
        b"/lost+found",
    ]
    assert good("cat", image, "/a/b/deep/small") == b"small\n"


def test_a_system_with_volumes_takes_files_too(debian_image: DebianImage, tree: Path, tmp_path: Path) -> None:
    image = tmp_path / "debian.img"
    shutil.copyfile(debian_image.path, image)
    assert good("put", "--write", image, tree, "/srv") == b"/srv/tree\n"
    is_in(image, "/srv/tree", tree)
    assert good("copy", "--write", f"{image}:/srv/tree", f"{image}:/root") == b"/root/tree\n"


def test_an_image_is_not_put_into_itself(image: Path, tree: Path) -> None:
    before = image.read_bytes()
    os.link(image, tree / "another name")
    done = cutaway("put", "--write", image, tree, "/")
    assert done.code == 3
    assert "another name is the image that is written to, and cannot be put into itself" in done.errors
    assert good("ls", image, "/").split() == [b"lost+found"]
    assert len(image.read_bytes()) == len(before)


def test_nothing_is_changed_without_the_word(image: Path, tree: Path) -> None:
    before = image.read_bytes()
    done = cutaway("put", image, tree, "/")
    assert done.code == 2
    assert "--write" in done.errors
    assert image.read_bytes() == before


@contextmanager
def in_use(image: Path) -> Iterator[None]:
    """Let another qemu hold an image, as a running virtual machine does."""
    command = [
        "qemu-system-x86_64",
        "-S",
        "-nodefaults",
        "-display",
        "none",
        "-qmp",
        "stdio",
        "-drive",
        f"file={image}",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert b"QMP" in process.stdout.readline()
            yield
        finally:
            process.kill()


def test_an_image_that_a_machine_uses_is_refused(image: Path, tree: Path) -> None:
    with in_use(image):
        done = cutaway("put", "--write", image, tree, "/")
        assert done.code == 3
        assert "in use by another program" in done.errors
        assert good("ls", image, "/") == b"lost+found\n"
    assert good("put", "--write", image, tree, "/") == b"/tree\n"


def overlay(name: str, base: Path) -> Path:
    """Make an image that builds on another."""
    path = base.with_name(name)
    subprocess.run(["qemu-img", "create", "-qf", "qcow2", "-b", base.name, "-F", "raw", str(path)], check=True)
    return path


@pytest.mark.parametrize("image", ["raw"], indirect=True)
def test_an_image_is_not_written_while_one_that_builds_on_it_is_read(image: Path, tree: Path) -> None:
    upper = overlay("upper.qcow2", image)
    good("put", "--write", upper, tree / "deep", "/")
    before = image.read_bytes()
    done = cutaway("copy", "--write", f"{upper}:/deep", f"{image}:/")
    assert done.code == 3
    assert f"{image} is written, and {upper} is read from it" in done.errors
    assert "try: " in done.errors
    assert image.read_bytes() == before
    assert good("copy", "--write", f"{image}:/lost+found", f"{upper}:/deep") == b"/deep/lost+found\n"


@pytest.mark.parametrize("image", ["raw"], indirect=True)
def test_images_that_build_on_the_same_one_may_give_each_other_files(image: Path, tree: Path) -> None:
    one, other = overlay("one.qcow2", image), overlay("other.qcow2", image)
    good("put", "--write", one, tree / "deep", "/")
    assert good("copy", "--write", f"{one}:/deep", f"{other}:/") == b"/deep\n"
    assert good("cat", other, "/deep/small") == b"small\n"


@pytest.mark.parametrize("image", ["raw"], indirect=True)
def test_two_names_of_one_image_are_one_image(image: Path, tree: Path) -> None:
    other = image.with_name("other.raw")
    other.hardlink_to(image)
    good("put", "--write", image, tree / "deep", "/")
    assert good("copy", "--write", f"{image}:/deep", f"{other}:/lost+found") == b"/lost+found/deep\n"
