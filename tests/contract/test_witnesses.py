"""Independent readers of ext4, debugfs and 7-Zip, bring out the same tree as we do, byte for byte."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.transfer.policy import ExtractPolicy
from support.backends import Backend, skip_or_fail
from support.trees import describe

#: Regular file, folder or link → path → digest or target.
Tree = dict[int, dict[bytes, bytes]]
#: 7-Zip writes its five gigabytes of zeros one by one.
TOO_LONG = b"srv/special/disk.img"
KINDS = (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK)


@dataclass(frozen=True)
class Ours:
    """A file system, and what we have made of it."""

    image: Path
    tree: Tree
    left_out: set[bytes]


@pytest.fixture
def ours(handle: Handle, backend: Backend, device: str, tmp_path: Path) -> Ours:
    """Save a file system of the sample as an image, and extract everything of it."""
    if not backend.is_real:
        pytest.skip("an image in memory can only be read by ourselves")
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    handle.save_device(device, tmp_path / "image")
    handle.mount_ro(device, "/")
    report = handle.copy_out("/", tmp_path / "ours", policy=ExtractPolicy(symlinks="keep"))
    assert report.failures == ()
    left_out = {one.path.lstrip(b"/") for one in report.skipped}
    return Ours(tmp_path / "image", tree(tmp_path / "ours/root"), left_out)


def tree(folder: Path) -> Tree:
    """Return what a folder holds, by kind."""
    found: Tree = {kind: {} for kind in KINDS}
    for path, fact in describe(folder).items():
        if fact[0] in found:
            found[fact[0]][path] = fact[4]
    return found


def program(name: str, package: str) -> str:
    """Return the path of a program; skip if it is not there."""
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if found is None:
        skip_or_fail(f"{name} is not installed (Debian: {package})")
    return found


@pytest.mark.parametrize("device", ["/dev/sda1"])
def test_debugfs_agrees(ours: Ours, tmp_path: Path) -> None:
    dump = [program("debugfs", "e2fsprogs"), "-R", f"rdump / {tmp_path / 'theirs'}", str(ours.image)]
    subprocess.run(dump, check=True, capture_output=True)
    assert len(ours.tree[stat.S_IFREG]) > 3
    assert tree(tmp_path / "theirs") == ours.tree


@pytest.mark.parametrize("device", ["/dev/vg0/root"])
def test_seven_zip_agrees(ours: Ours, tmp_path: Path) -> None:
    """Links as it lists them: it does not make all, and changes others. Devices come as empty files."""
    seven_zip = program("7zz", "7zip")
    extract = [seven_zip, "x", "-y", f"-o{tmp_path / 'theirs'}", f"-x!{TOO_LONG.decode()}", ours.image]
    done = subprocess.run(extract, check=False, capture_output=True)
    assert done.returncode in {0, 2}, done.stderr  # 2: it refuses links
    theirs = tree(tmp_path / "theirs")
    assert len(ours.tree[stat.S_IFREG]) > 1000
    links = _links_of(seven_zip, ours.image)
    assert links == ours.tree[stat.S_IFLNK]
    assert len(links) > 10
    folders = theirs[stat.S_IFDIR].keys() - {b"[SYS]"}  # what it calls the journal and such
    assert folders == ours.tree[stat.S_IFDIR].keys()
    not_theirs = ours.left_out | links.keys() | {TOO_LONG}
    files = {path: digest for path, digest in theirs[stat.S_IFREG].items() if not path.startswith(b"[SYS]/")}
    assert {path: digest for path, digest in files.items() if path not in not_theirs} == {
        path: digest for path, digest in ours.tree[stat.S_IFREG].items() if path != TOO_LONG
    }


def _links_of(seven_zip: str, image: Path) -> dict[bytes, bytes]:
    """Return the symbolic links that 7-Zip lists, with their targets."""
    listed = subprocess.run([seven_zip, "l", "-slt", image], check=True, capture_output=True).stdout
    found = {}
    for block in listed.split(b"\n\n"):
        facts = dict(line.split(b" = ", 1) for line in block.splitlines() if b" = " in line)
        if facts.get(b"Symbolic Link"):
            found[facts[b"Path"]] = facts[b"Symbolic Link"]
    return found
