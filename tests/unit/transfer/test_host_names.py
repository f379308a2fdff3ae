"""Names on the host: what Windows does not allow can be had back; names that differ by case get numbers."""

from __future__ import annotations

import pytest
from cutaway.transfer import host_names
from cutaway.transfer.host_names import HostNames, folded, original_name, portable_name
from cutaway.transfer.policy import ExtractPolicy, is_portable_name
from hypothesis import given
from hypothesis import strategies as st

PLAIN = ExtractPolicy()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (b"plain.txt", b"plain.txt"),
        (b"a:b", b"a%3Ab"),
        (b"what?*", b"what%3F%2A"),
        (b"new\nline", b"new%0Aline"),
        (b"end.", b"end%2E"),
        (b"end ", b"end%20"),
        (b"CON", b"%43ON"),
        (b"nul.txt", b"%6Eul.txt"),
        (b"l\xe4tin", b"l%E4tin"),
        ("ümlaut".encode(), "ümlaut".encode()),
        (b"100%", b"100%"),
        (b"%41", b"%2541"),
    ],
)
def test_a_name_is_written_for_windows(name: bytes, written: bytes) -> None:
    assert portable_name(name) == written
    assert original_name(written) == name


@given(st.binary(min_size=1, max_size=12) | st.text("%:aA3 .CON\xfc", min_size=1, max_size=8).map(str.encode))
def test_every_name_is_allowed_then_and_can_be_had_back(name: bytes) -> None:
    name = name.replace(b"/", b"_").replace(b"\0", b"_")
    written = portable_name(name)
    assert is_portable_name(written)
    assert original_name(written) == name


@pytest.mark.parametrize(
    ("one", "other"), [(b"README", b"readme"), (b"a.", b"A"), ("É".encode(), "e\u0301".encode()), (b"L\xc4", b"l\xc4")]
)
def test_names_that_are_one_without_case(one: bytes, other: bytes) -> None:
    assert folded(one) == folded(other)


def test_names_that_differ_by_case_are_numbered_where_they_are_one() -> None:
    names = HostNames(PLAIN, folds_case=True)
    taken = [names.take(name, is_folder=False) for name in (b"d/a.txt", b"d/A.TXT", b"d/A.txt", b"e/A.txt")]
    assert taken == [b"d/a.txt", b"d/A (2).TXT", b"d/A (3).txt", b"e/A.txt"]
    assert [(one.path, one.name) for one in names.renamed] == [
        (b"d/A.TXT", b"A (2).TXT"), (b"d/A.txt", b"A (3).txt"),
    ]  # fmt: skip


def test_a_number_that_is_taken_is_passed_over() -> None:
    names = HostNames(PLAIN, folds_case=True)
    taken = [names.take(name, is_folder=False) for name in (b"a", b"A (2)", b"A")]
    assert taken == [b"a", b"A (2)", b"A (3)"]


def test_what_lies_in_a_renamed_folder_follows_it_and_is_found_again() -> None:
    names = HostNames(ExtractPolicy(encode_names=True), folds_case=True)
    for path, is_folder in ((b"x", True), (b"X", True), (b"X/a:b", True), (b"X/a:b/f", False)):
        names.take(path, is_folder=is_folder)
    assert names.of(b"X/a:b/f") == b"X (2)/a%3Ab/f"
    assert names.original(b"X (2)/a%3Ab/f") == b"X/a:b/f"
    assert names.renamed_to(b"X/a:b/f") == b""
    assert names.renamed_to(b"X") == b"X (2)"


def test_where_case_tells_apart_nothing_is_renamed() -> None:
    names = HostNames(PLAIN, folds_case=False)
    assert [names.take(name, is_folder=False) for name in (b"a", b"A", b"a:")] == [b"a", b"A", b"a:"]
    assert names.renamed == []


def test_many_names_that_are_one_are_numbered_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bytes] = []
    next_name = host_names.next_name

    def counted(name: bytes, number: int, *, is_folder: bool) -> bytes:
        tried.append(name)
        return next_name(name, number, is_folder=is_folder)

    monkeypatch.setattr(host_names, "next_name", counted)
    chosen = HostNames(PLAIN, folds_case=True)
    spellings = [
        bytes(letter ^ (number >> bit & 1) << 5 for bit, letter in enumerate(b"abcdefghij")) for number in range(1024)
    ]
    placed = [chosen.take(name, is_folder=False) for name in spellings]
    assert placed[:3] == [b"abcdefghij", b"Abcdefghij (2)", b"aBcdefghij (3)"]
    assert len({folded(name) for name in placed}) == len(tried) + 1 == 1024
    assert chosen.take(b"ABC.d", is_folder=True) == b"ABC.d"
    assert chosen.take(b"abc.d", is_folder=True) == b"abc.d (2)"
    assert chosen.take(b"abC.d", is_folder=False) == b"abC (2).d"
