"""chmod and chown: modes mean what they mean to chmod(1), names are those of the image."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
from cutaway.cli.access import Permissions, read_permissions

from .conftest import Run

TWO = ("--device", "/dev/sda2", "/images/two.img")
MODES = (
    "0", "644", "4755", "1777", "u+x", "+x", "a-w", "go=", "u=rwX,go=rX", "a+X", "ug+s", "u-s", "+t", "o-t", "g=rws",
    "u=rw-w+x", "o=t", "u+t", "a=rx,u+w", "-X", "go-w,u+X",
)  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_means_what_chmod_says(mode: str, tmp_path: Path) -> None:
    """Except that X looks at what was before, and that folders lose special bits like everything else."""
    wish = read_permissions(mode)
    for old in (0o000, 0o640, 0o755, 0o6754):
        path = tmp_path / f"{old:o}"
        path.touch()
        path.chmod(old)
        subprocess.run(["chmod", mode if mode[0] not in "+-" else f"a{mode}", path], check=True)
        execute = wish.add_execute if old & 0o111 else 0
        assert f"{old & ~wish.remove | wish.add | execute:o}" == f"{stat.S_IMODE(path.stat().st_mode):o}"


@pytest.mark.parametrize("mode", ["", "8", "77777", "u", "u+q", "x+r", "u+r,", "0x1", "٣"])
def test_what_is_no_mode_is_refused(mode: str, run: Run) -> None:
    with pytest.raises(ValueError, match="no mode"):
        read_permissions(mode)
    done = run("chmod", "--write", *TWO, mode, "/two")
    assert (done.code, "no mode" in done.errors) == (1, True)


def test_execution_is_given_to_folders_and_programs_only() -> None:
    assert read_permissions("a+rX") == Permissions(0, 0o444, 0o111)


def test_permissions_and_owners_are_changed(run: Run, debian: str) -> None:
    assert run("chmod", "--write", debian, "600", "/etc/hostname").code == 0
    assert run("chown", "--write", debian, "7:8", "/etc/hostname").code == 0
    assert run("chown", "--write", "-R", debian, "root", "/etc").code == 0
    assert run("chown", "--write", debian, ":5", "/etc/hostname", "/nothing").code == 5


def test_nothing_is_changed_without_the_word(run: Run) -> None:
    for arguments in (("chmod", *TWO, "600", "/two"), ("chown", *TWO, "1", "/two")):
        done = run(*arguments)
        assert (done.code, "--write" in done.errors) == (2, True)


def test_who_is_not_known_in_the_image_is_told(run: Run, debian: str) -> None:
    done = run("chown", "--write", debian, "nobody-of-that-name", "/etc")
    assert done.code == 1
    assert "/etc/passwd of the image does not know nobody-of-that-name" in done.errors
    done = run("chown", "--write", debian, "root:\x1b[31m", "/etc")
    assert "\x1b" not in done.errors
    assert "/etc/group of the image does not know" in done.errors
