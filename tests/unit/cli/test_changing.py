"""rm, mkdir and mv change an image only when they are told to, and nothing unless all can be done."""

from __future__ import annotations

import pytest

from .conftest import Run

TWO = ("--device", "/dev/sda2", "/images/two.img")


@pytest.mark.parametrize("arguments", [("rm", *TWO, "/two"), ("mkdir", *TWO, "/new"), ("mv", *TWO, "/two", "/new")])
def test_nothing_is_changed_without_the_word(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.code, "--write" in done.errors) == (2, True)


def test_what_is_moved_is_told_with_its_new_place(run: Run, debian: str) -> None:
    assert run("mv", "--write", *TWO, "/two", "/three").text == "/three\n"
    assert run("mv", "--write", debian, "/etc/hostname", "etc/passwd", "/srv").text == "/srv/hostname\n/srv/passwd\n"


def test_folders_are_made_and_things_removed(run: Run, debian: str) -> None:
    assert run("mkdir", "--write", *TWO, "/a", "/b").code == 0
    assert run("mkdir", "--write", *TWO, "/x/y").code == 5
    assert run("mkdir", "--write", "-p", *TWO, "/x/y/z").code == 0
    assert run("rm", "--write", *TWO, "/two").code == 0
    refused = run("rm", "--write", debian, "/srv")
    assert (refused.code, "--recursive" in refused.errors) == (1, True)
    assert run("rm", "--write", "-r", debian, "/srv").code == 0


def test_what_is_missing_is_no_success(run: Run) -> None:
    assert run("rm", "--write", *TWO, "/two", "/nothing").code == 5
    assert run("mv", "--write", *TWO, "/nothing", "/two").code == 5


def test_nothing_is_replaced_unless_it_is_wished(run: Run, debian: str) -> None:
    refused = run("mv", "--write", debian, "/etc/hostname", "/etc/passwd")
    assert (refused.code, "--replace" in refused.errors) == (1, True)
    assert run("mv", "--write", "--replace", debian, "/etc/hostname", "/etc/passwd").code == 0
    assert run("mv", "--write", debian, "/etc/hostname", "/etc/passwd", "/nowhere").code == 1
    assert run("mv", "--write", *TWO, "/two").code == 2
