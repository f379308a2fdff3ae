"""Symbolic links are followed inside the image, never out of it."""

from __future__ import annotations

import pytest
from cutaway import Handle
from cutaway.errors import GuestError, NotFound


@pytest.mark.parametrize("name", ["absolute", "relative", "climbing", "to-link"])
def test_links_lead_to_the_images_own_file(mounted: Handle, name: str) -> None:
    assert mounted.cat(f"/srv/links/{name}") == b"web01\n"
    assert mounted.realpath(f"/srv/links/{name}") == b"/etc/hostname"


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("/", b"/"),
        ("//etc//", b"/etc"),
        ("/etc/../etc/./hostname", b"/etc/hostname"),
        ("/../../..", b"/"),
        ("/../../etc/hostname", b"/etc/hostname"),
        ("/bin/sh", b"/usr/bin/dash"),
        ("/srv/links/to-folder/utf8.txt", b"/srv/documents/utf8.txt"),
        ("/srv/links/to-folder/..", b"/srv"),
        ("/srv/links/to-folder-slash", b"/srv/documents"),
        ("/srv/links/through", b"/srv/documents/utf8.txt"),
        ("/srv/links/to-dot/to-dot/absolute", b"/etc/hostname"),
        ("/srv/links/to-dot", b"/srv/links"),
    ],
)
def test_realpath(mounted: Handle, path: str, real: bytes) -> None:
    assert mounted.realpath(path) == real


@pytest.mark.parametrize("name", ["loop-a", "loop-b", "self"])
def test_links_in_a_circle_end(mounted: Handle, name: str) -> None:
    for attempt in (mounted.cat, mounted.stat, mounted.realpath):
        with pytest.raises(GuestError) as caught:
            attempt(f"/srv/links/{name}")
        assert caught.value.errno_name == "ELOOP"


@pytest.mark.parametrize("name", ["dangling", "long"])
def test_links_to_nowhere_are_not_found(mounted: Handle, name: str) -> None:
    with pytest.raises(NotFound):
        mounted.stat(f"/srv/links/{name}")


@pytest.mark.parametrize("path", ["/etc/hostname/", "/srv/links/to-file-slash", "/etc/hostname/.", "/etc/hostname/.."])
def test_a_slash_after_a_file_is_an_error(mounted: Handle, path: str) -> None:
    with pytest.raises(GuestError) as caught:
        mounted.stat(path)
    assert caught.value.errno_name == "ENOTDIR"


def test_readlink_says_what_the_link_says(mounted: Handle) -> None:
    assert mounted.readlink("/srv/links/dangling") == b"/nowhere/at/all"
    assert mounted.readlink("/srv/links/long") == b"/" + b"x" * 200


def test_readlink_of_a_file_is_refused(mounted: Handle) -> None:
    with pytest.raises(GuestError) as caught:
        mounted.readlink("/etc/hostname")
    assert caught.value.errno_name == "EINVAL"


def test_a_name_that_is_too_long_is_refused(mounted: Handle) -> None:
    with pytest.raises(GuestError) as caught:
        mounted.stat("/" + "x" * 256)
    assert caught.value.errno_name == "ENAMETOOLONG"


def test_an_absolute_link_inside_another_mount_stays_in_the_image(handle: Handle) -> None:
    handle.mkmountpoint("/inner")
    handle.mount_ro("/dev/vg0/root", "/inner")
    with pytest.raises(NotFound):
        handle.cat("/inner/srv/links/absolute")
    assert handle.readlink("/inner/srv/links/absolute") == b"/etc/hostname"
