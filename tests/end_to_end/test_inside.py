"""Images that lie in images, on the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from end_to_end.command import cutaway, good
from images import disk

WEB = "/images/web.qcow2"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a disk with two partitions of which one holds an image, in which there is another."""
    folder = tmp_path_factory.mktemp("stack")
    inner = disk.make_filesystem(folder / "inner.img", {"secret.txt": b"deep\n"})
    middle = disk.make_filesystem(folder / "middle.img", {**disk.FILES, "in.img": inner.read_bytes()}, mib=40)
    web = folder / "web.qcow2"
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", middle, web], check=True)
    outer = disk.make_filesystem(folder / "outer.fs", {WEB[1:]: web.read_bytes()}, mib=80)
    return disk.in_partition(folder / "outer.img", outer.read_bytes())


def test_commands_look_into_an_image_in_an_image(stack: Path, tmp_path: Path) -> None:
    assert b"hello.txt" in good("ls", stack, "--inside", WEB).splitlines()
    good("get", stack, "--inside", f"/dev/sda1:{WEB}", "/more", tmp_path)
    assert (tmp_path / "more/blob.bin").read_bytes() == disk.FILES["more/blob.bin"]
    found = json.loads(good("filesystems", stack, "--inside", f"0:{WEB}", "--json"))
    assert [item["mountable"] for item in found] == ["/dev/sda"]
    assert good("cat", stack, "--inside", WEB, "--inside", "/in.img", "/secret.txt") == b"deep\n"


def test_what_lies_in_an_image_cannot_be_changed_and_what_is_not_there_is_said(stack: Path) -> None:
    before = stack.read_bytes()
    done = cutaway("mkdir", stack, "--inside", WEB, "/new", "--write")
    assert done.code == 3
    assert f"{stack}:{WEB} lies in an image, and cannot be changed" in done.errors
    assert stack.read_bytes() == before
    done = cutaway("ls", stack, "--inside", "/images/none.qcow2")
    assert done.code == 3
    assert f"{stack}:/images/none.qcow2 does not exist" in done.errors
