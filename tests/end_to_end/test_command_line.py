"""The command line on a real Debian: what it prints, what it copies out."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from end_to_end.command import PROGRAM, cutaway, environment, good
from end_to_end.trees import read_tree
from images.debian import DebianImage
from images.debian_tree import LATIN_1, thousand

OS_RELEASE = "/usr/lib/os-release"


def test_filesystems_are_those_of_the_disk(debian_image: DebianImage) -> None:
    found = {item["mountable"]: item for item in json.loads(good("filesystems", "--json", debian_image.path))}
    assert found.keys() == {"/dev/sda1", "/dev/vg/root"}
    assert [(item["vfs_type"], item["label"]) for item in found.values()] == [("ext2", "boot"), ("ext4", "root")]


def test_info_tells_system_and_its_mounts(debian_image: DebianImage) -> None:
    survey = json.loads(good("info", debian_image.path, "--json"))
    (system,) = survey["systems"]
    assert system["product_name"].startswith("Debian GNU/Linux 12")
    assert {mount["mountpoint"]: mount["mountable"] for mount in system["mountpoints"]} == {
        "/": "/dev/vg/root",
        "/boot": "/dev/sda1",
    }
    assert survey["warnings"] == []


def test_info_for_a_person_has_the_same_facts(debian_image: DebianImage) -> None:
    text = good("info", debian_image.path).decode()
    assert "Debian GNU/Linux 12 (bookworm)" in text
    assert "/dev/vg/root" in text


def test_ls_gives_the_bytes_of_names(debian_image: DebianImage) -> None:
    folder, _, name = LATIN_1.decode("latin-1").rpartition("/")
    names = good("ls", debian_image.path, f"/srv/thousand/{folder}").splitlines()
    assert name.encode("latin-1") in names
    assert len(names) == 51


def test_ll_shows_kinds_owners_and_link_targets(debian_image: DebianImage) -> None:
    lines = {line.split(maxsplit=6)[-1]: line for line in good("ll", debian_image.path, "/").decode().splitlines()[1:]}
    assert lines["tmp"].startswith("drwxrwxrwt    0    0")
    assert lines["bin -> usr/bin"].startswith("lrwxrwxrwx")


def test_cat_follows_links_and_gives_the_bytes(debian_image: DebianImage) -> None:
    content = good("cat", debian_image.path, "/etc/os-release")
    assert b"ID=debian\n" in content
    assert hashlib.sha256(content).hexdigest() == debian_image.checksums[OS_RELEASE]


def test_get_of_a_file_takes_the_new_name(debian_image: DebianImage, tmp_path: Path) -> None:
    good("get", debian_image.path, "/usr/bin/bash", tmp_path / "shell")
    content = (tmp_path / "shell").read_bytes()
    assert hashlib.sha256(content).hexdigest() == debian_image.checksums["/usr/bin/bash"]


def test_get_of_a_thousand_files_brings_all_bytes_and_names(debian_image: DebianImage, tmp_path: Path) -> None:
    done = cutaway("get", debian_image.path, "/srv/thousand", tmp_path)
    assert (done.code, done.output) == (0, b"")
    assert "1000 files" in done.errors
    assert read_tree(tmp_path / "thousand") == thousand()
    assert os.listdir(tmp_path) == ["thousand"], "nothing but what was asked for is left"


def test_get_of_a_system_folder_is_what_debian_put_there(debian_image: DebianImage, tmp_path: Path) -> None:
    done = cutaway("get", debian_image.path, "/usr/lib/apt", tmp_path)
    assert done.code == 0, done.errors
    expected = {
        path.removeprefix("/usr/lib/"): checksum
        for path, checksum in debian_image.checksums.items()
        if path.startswith("/usr/lib/apt/")
    }
    found = {os.fsdecode(b"apt/" + path): content for path, content in read_tree(tmp_path / "apt").items()}
    assert expected
    assert {path: hashlib.sha256(content).hexdigest() for path, content in found.items()} == expected
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o7000 == 0 for path in tmp_path.rglob("*"))


@pytest.mark.parametrize(
    "arguments", [("ls", "/usr/bin"), ("cat", "/srv/thousand/large.bin")], ids=["names", "content"]
)
def test_a_pipe_that_is_closed_early_needs_no_words(debian_image: DebianImage, arguments: tuple[str, str]) -> None:
    command, path = arguments
    script = f"set -o pipefail; '{PROGRAM}' {command} '{debian_image.path}' {path} | head -c 10"
    done = subprocess.run(["bash", "-c", script], env=environment(), capture_output=True, timeout=60, check=False)
    assert len(done.stdout) == 10
    assert done.stderr == b""


def test_verbose_shows_the_kernels_log_beside_the_output(debian_image: DebianImage) -> None:
    done = cutaway("ls", "-v", debian_image.path, "/srv")
    assert done.output == b"thousand\n"
    assert "boot: " in done.errors
    assert any("kernel: " in line and "mounted filesystem" in line for line in done.errors.splitlines())
