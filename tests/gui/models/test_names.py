"""Bytes as text for eyes, and paths as bytes."""

from __future__ import annotations

import pytest
from cutaway_app.names import display_name, image_name, join_path, normal_path, parent_path
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"plain.txt", "plain.txt"),
        ("café 世界 🌍".encode(), "café 世界 🌍"),
        (b"caf\xe9", "caf\\xe9"),
        (b"two\nlines\t\x1b[31m", "two\\x0alines\\x09\\x1b[31m"),
        ("right\u202eto-left".encode(), "right\\u202eto-left"),
        ("zero\u200bwidth\ufeff".encode(), "zero\\u200bwidth\\ufeff"),
    ],
)
def test_names_are_shown_without_harm(name: bytes, shown: str) -> None:
    assert display_name(name) == shown


@given(st.binary(max_size=60))
def test_any_bytes_become_printable_text(name: bytes) -> None:
    assert display_name(name).isprintable()
    display_name(name).encode("utf-8")


@given(st.binary(max_size=40))
def test_a_normal_path_is_absolute_and_stays_in_the_root(path: bytes) -> None:
    parts = normal_path(path).split(b"/")
    assert parts[0] == b""
    assert b".." not in parts
    assert normal_path(normal_path(path)) == normal_path(path)


def test_paths_are_joined_and_taken_apart() -> None:
    assert join_path(b"/", b"etc") == b"/etc"
    assert join_path(b"/etc", b"ssh") == b"/etc/ssh"
    assert parent_path(b"/etc/ssh") == b"/etc"
    assert parent_path(b"/etc") == parent_path(b"/") == b"/"
    assert normal_path(b"/a/./b//../../../c") == b"/c"


def test_an_image_is_called_by_its_file() -> None:
    assert image_name("/images/debian.qcow2") == "debian.qcow2"
    assert image_name("/images/caf\udce9.img") == "caf\\xe9.img"
