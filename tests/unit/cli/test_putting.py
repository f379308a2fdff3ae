"""put and copy change an image only when they are told to, and say what came of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import Run

ONE, TWO = "/dev/sda1", "/dev/sda2"


@pytest.mark.parametrize(
    "arguments",
    [("put", "/images/two.img", "file", "/"), ("copy", "/images/two.img:/one", "/images/debian.qcow2:/tmp")],
    ids=["put", "copy"],
)
def test_nothing_is_changed_without_the_word(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert "--write" in done.errors


def test_put_tells_where_things_are(run: Run, debian: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"12345")
    (tmp_path / "alone").write_bytes(b"6")
    done = run("put", "--write", debian, "folder", "alone", "/srv")
    assert (done.code, done.text) == (0, "/srv/folder\n/srv/alone\n")
    assert done.errors == "2 files, 6 B\n"


def test_put_asks_which_file_system(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    done = run("put", "--write", "/images/two.img", "file", "/")
    assert done.code == 1
    assert "--device" in done.errors
    assert run("put", "--write", "--device", TWO, "/images/two.img", "file", "/").text == "/file\n"


def test_put_by_the_rule_for_names(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x")
    common = ("put", "--write", "--device", ONE, "/images/two.img", "one", "/")
    assert run(*common).text == "/one (2)\n"
    assert run(*common, "--conflict", "replace").text == "/one\n"
    skipped = run(*common, "--conflict", "skip")
    assert (skipped.code, skipped.text) == (0, "")
    assert "left out" in skipped.errors
    failed = run(*common, "--conflict", "fail")
    assert failed.code == 1
    assert "/one exists in the image" in failed.errors


def test_put_of_what_is_missing(run: Run, debian: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert run("put", "--write", debian, "nothing", "/srv").code == 6
    assert run("put", "--write", debian, "file", "/no/such/folder").code == 5
    assert run("put", "--write", "/images/missing.img", "file", "/").code == 3
    assert run("put", "--write", debian, "file").code == 2


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_put_of_what_cannot_be_read_fails_after_the_rest(run: Run, debian: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "good").write_bytes(b"x")
    (tmp_path / "folder" / "secret").write_bytes(b"x")
    (tmp_path / "folder" / "secret").chmod(0)
    done = run("put", "--write", debian, "folder", "/srv")
    assert (done.code, done.text) == (1, "/srv/folder\n")
    assert "secret" in done.errors


def test_copy_brings_files_from_one_image_into_another(run: Run, debian: str) -> None:
    done = run(
        "copy", "--write", f"{debian}:/etc/hostname", f"{debian}:/etc/ssh", "/images/two.img:/", "--to-device", TWO
    )
    assert (done.code, done.text) == (0, "/hostname\n/ssh\n")


@pytest.mark.parametrize("places", [("/images/two.img", "/images/debian.qcow2:/srv"), ("/images/debian.qcow2:/srv",),
                                    ("/a.img:/one", "/b.img:/two", "/c.img:/")])  # fmt: skip
def test_copy_that_makes_no_sense_is_a_matter_of_usage(run: Run, places: tuple[str, ...]) -> None:
    assert run("copy", "--write", *places).code == 2
