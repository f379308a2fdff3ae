"""Names and links of hostile images: which are let onto the host."""

from __future__ import annotations

import pytest
from cutaway.transfer.policy import NAME_MAX, is_plain_name, next_name, safe_name, stays_inside
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"plain.txt", b"plain.txt"), (b"\xff\xfe", b"\xff\xfe"), (b" ", b" "), (b"...", b"..."), (b"a\nb", b"a\nb"),
        (b"", b"_"), (b".", b"_"), (b"..", b"__"), (b"a/b", b"a_b"), (b"../../etc", b".._.._etc"), (b"a\0b", b"a_b"),
        (b"x" * 300, b"x" * 255),
    ],
)  # fmt: skip
def test_a_name_is_kept_if_it_can_be_and_made_harmless_if_not(name: bytes, expected: bytes) -> None:
    assert safe_name(name) == expected


@given(st.binary(max_size=400))
def test_a_safe_name_is_always_one_plain_name(name: bytes) -> None:
    assert is_plain_name(safe_name(name))
    assert len(safe_name(name)) <= NAME_MAX


@pytest.mark.parametrize(
    ("name", "is_folder", "expected"),
    [
        (b"a.txt", False, b"a (2).txt"), (b"a.txt", True, b"a.txt (2)"), (b".bashrc", False, b".bashrc (2)"),
        (b"README", False, b"README (2)"), (b"x" * 255, True, b"x" * 251 + b" (2)"),
        (b"x" * 250 + b".txt", False, b"x" * 247 + b" (2).txt"),
    ],
)  # fmt: skip
def test_the_next_name(name: bytes, is_folder: bool, expected: bytes) -> None:
    assert next_name(name, 2, is_folder=is_folder) == expected


@given(st.binary(min_size=1, max_size=255).filter(is_plain_name), st.integers(2, 10**6), st.booleans())
def test_the_next_name_is_another_plain_name(name: bytes, number: int, is_folder: bool) -> None:
    following = next_name(name, number, is_folder=is_folder)
    assert is_plain_name(following)
    assert len(following) <= NAME_MAX
    assert following != name or b" (%d)" % number in name


@pytest.mark.parametrize(
    ("depth", "target", "inside"),
    [
        (1, b"file", True), (1, b"a/b/c", True), (1, b"./a", True), (1, b".", True), (2, b"..", True),
        (2, b"../a", True),
        (3, b"../../a", True), (0, b"file", True),
        (1, b"..", False), (1, b"../a", False), (2, b"../../a", False), (0, b"../a", False), (0, b"..", False),
        (1, b"/etc/passwd", False), (3, b"a/../b", False), (3, b"../a/..", False), (1, b"", False), (1, b"a\0b", False),
    ],
)  # fmt: skip
def test_a_link_stays_inside_only_if_that_is_certain(depth: int, target: bytes, inside: bool) -> None:
    assert stays_inside(depth, target) is inside
