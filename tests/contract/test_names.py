"""Names that are a trial: not UTF-8, with line ends, quotes, options, commands. Bytes go in and come out unchanged."""

from __future__ import annotations

import pytest
from cutaway import Handle
from support import spec

FOLDER = b"/srv/names"
NAMES = sorted(spec.entries(FOLDER))


def test_ls_gives_every_name_as_bytes(mounted: Handle) -> None:
    assert mounted.ls(FOLDER) == NAMES


def test_scandir_and_readdir_give_the_same_names(mounted: Handle) -> None:
    assert sorted(entry.name for entry in mounted.scandir(FOLDER)) == NAMES
    assert sorted(entry.name for entry in mounted.readdir(FOLDER)) == sorted([b".", b"..", *NAMES])


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_reached_by_its_name(mounted: Handle, name: bytes) -> None:
    path = FOLDER + b"/" + name
    assert mounted.cat(path) == spec.content(path)
    assert mounted.is_file(path)
    assert mounted.realpath(path) == path
    assert mounted.head(path) == [spec.content(path).rstrip(b"\n")]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_survives_tools(mounted: Handle, name: bytes) -> None:
    path = FOLDER + b"/" + name
    assert "text" in mounted.file(path)
    assert len(mounted.checksum("md5", path)) == 32


def test_a_path_may_be_text_with_surrogates(mounted: Handle) -> None:
    assert mounted.is_file(b"/srv/names/caf\xe9.txt".decode("utf-8", "surrogateescape"))


def test_ll_shows_undecodable_bytes_visibly(mounted: Handle) -> None:
    listing = mounted.ll(FOLDER)
    assert "caf\\xe9.txt" in listing
    assert "café.txt" in listing


@pytest.mark.parametrize("path", ["", "etc/passwd", "../etc/passwd", b"/a\0b"])
def test_a_path_that_is_none_never_leaves_the_host(mounted: Handle, path: str | bytes) -> None:
    with pytest.raises(ValueError, match="a path in the image"):
        mounted.stat(path)
    assert mounted.exists("/etc")
