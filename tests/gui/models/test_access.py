"""What things have in common, and how users and permissions are typed."""

from __future__ import annotations

import stat

import pytest
from cutaway.records import Stat
from cutaway_app.models.access import Access, account_number, account_text, common, read_octal

NAMES = {0: "root", 33: "www-data", 1000: "7", 5: "twin", 6: "twin"}


def status(mode: int, uid: int = 0, gid: int = 0) -> Stat:
    return Stat(1, 1, mode, 1, uid, gid, 0, 0, 4096, 0, 0, 0, 0)


def test_of_one_thing_everything_is_known() -> None:
    found = common([status(stat.S_IFDIR | 0o1755, 3, 4)])
    assert found == Access(0o1755, 0o6022, 3, 4, has_folder=True, has_modes=True)


def test_of_several_only_what_is_the_same_is_known() -> None:
    link = status(stat.S_IFLNK | 0o777, 3, 4)
    found = common([status(stat.S_IFREG | 0o644, 3, 4), status(stat.S_IFREG | 0o4600, 3, 5), link])
    assert found == Access(0o600, 0o3133, 3, None, has_folder=False, has_modes=True)
    assert common([link]) == Access(0, 0, 3, 4, has_folder=False, has_modes=False)


@pytest.mark.parametrize(
    ("text", "number"),
    [("root", 0), (" www-data (33) ", 33), ("33", 33), ("7", 7), ("0", 0), ("4294967294", 4294967294),
     ("4294967295", None), ("9" * 5000, None), ("-1", None), ("twin", None), ("twin (5)", 5), ("", None), ("٣", None),
     ("nobody", None)],
)  # fmt: skip
def test_an_account_is_known_by_name_or_number(text: str, number: int | None) -> None:
    assert account_number(text, NAMES) == number


def test_an_account_is_written_so_that_it_can_be_read_again() -> None:
    assert [account_number(account_text(number, NAMES), NAMES) for number in (*NAMES, 99)] == [*NAMES, 99]


@pytest.mark.parametrize(("text", "mode"), [("644", 0o644), ("0", 0), ("4755", 0o4755), ("8", None), ("", None),
                                            ("00644", None), ("-1", None), ("0o7", None)])  # fmt: skip
def test_permissions_are_read(text: str, mode: int | None) -> None:
    assert read_octal(text) == mode
