"""Sizes and times as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cutaway.cli.output import size_text as size_on_the_command_line
from cutaway_app.figures import exact_moment_text, moment_text, size_text
from PySide6.QtCore import QLocale

MOMENT_NS = 1_700_000_000 * 10**9


@pytest.fixture
def locale() -> Iterator[None]:
    before = QLocale()
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize("size", [1000, 1500, 52_000_000, 240 * 10**9, 3 * 10**12])
def test_a_size_is_the_same_here_and_in_what_the_engine_says(locale: None, size: int) -> None:
    QLocale.setDefault(QLocale.c())
    assert size_text(size) == size_on_the_command_line(size)


def test_a_fraction_is_written_only_where_there_is_one() -> None:
    assert ".000000007 " in exact_moment_text(MOMENT_NS + 7)
    assert "." not in exact_moment_text(MOMENT_NS)


def test_without_a_locale_the_year_comes_first(locale: None) -> None:
    QLocale.setDefault(QLocale.c())
    assert moment_text(MOMENT_NS).startswith("2023-11-1")
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert ".11.23" in moment_text(MOMENT_NS)
