"""Lists of packages in all their formats, as the daemon reads them."""

from __future__ import annotations

import os
import random
import sqlite3
import struct
from pathlib import Path

import pytest
from cutaway.records import Application
from cutawayd import package_texts, rpm
from images.rpm_databases import WRITERS

STATUS = """\
Package: dash
Status: install ok installed
Maintainer: Andrej <a@example.org>
Architecture: amd64
Source: dash (0.5)
Version: 1:0.5.12-2+b1
Description: POSIX-compliant shell
 The Debian Almquist Shell.
 .
Homepage: http://example.org/

Package: gone
Status: deinstall ok config-files
Version: 1

nonsense
"""
APK = "C:Q1\nP:musl\nV:1.2.4-r2\nA:x86_64\nT:the C library\nU:https://musl.org/\no:musl\nF:lib\nR:x\n\n\nP:b\nV:2\n"
DESC = "%NAME%\nbash\n\n%VERSION%\n5.2.015-1\n\n%DESC%\nThe shell\n\n%ARCH%\nx86_64\n\n%URL%\nhttps://gnu.org\n\n"


def test_a_paragraph_of_absurd_length_costs_no_more_than_its_beginning() -> None:
    lines = ["Package: a\n", "Status: install ok installed\n", "Description: x\n", *[" y\n"] * 2_000_000, "\n"]
    (found,) = package_texts.dpkg([*lines])
    assert len(found.description) < package_texts.STANZA_MAX
    assert [item.name for item in package_texts.dpkg([*lines, *STATUS.splitlines(keepends=True)])] == ["a", "dash"]


def packages(path: Path, kind: str) -> list[Application]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        answer = rpm.answerer(descriptor, kind)
        found: list[Application] = []
        while part := answer(1):
            found += [Application(*item) for item in part]
        return found
    finally:
        os.close(descriptor)


def test_dpkg_tells_what_is_installed() -> None:
    (dash,) = package_texts.dpkg(STATUS.splitlines())
    assert (dash.name, dash.epoch, dash.version, dash.release) == ("dash", 1, "0.5.12", "2+b1")
    assert (dash.arch, dash.source_package, dash.url) == ("amd64", "dash", "http://example.org/")
    assert dash.summary == "POSIX-compliant shell"
    assert dash.description.startswith("The Debian")
    assert dash.full_version == "1:0.5.12-2+b1"


def test_apk_tells_what_is_installed() -> None:
    musl, other = package_texts.apk(APK.splitlines())
    assert (musl.name, musl.version, musl.release, musl.summary) == ("musl", "1.2.4", "2", "the C library")
    assert (other.name, other.full_version) == ("b", "2")


def test_pacman_tells_what_is_installed() -> None:
    bash = package_texts.pacman(DESC)
    assert bash is not None
    assert (bash.name, bash.full_version, bash.arch) == ("bash", "5.2.015-1", "x86_64")
    assert package_texts.pacman("%OTHER%\nx") is None


@pytest.mark.parametrize("kind", WRITERS)
def test_rpm_tells_what_is_installed(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / "base")
    bash, zlib = packages(tmp_path / "base", kind)
    assert (bash.name, bash.full_version, bash.publisher) == ("bash", "2:1.2-3.fc39", "Fedora")
    assert (zlib.name, zlib.full_version, zlib.summary) == ("zlib", "1.2-3.fc39", "What it is")


@pytest.mark.parametrize("kind", WRITERS)
def test_a_damaged_database_ends_in_an_answer_or_an_error(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / "base")
    whole = (tmp_path / "base").read_bytes()
    chance, lengths = random.Random(3), []
    for _ in range(100):
        place = chance.randrange(len(whole))
        (tmp_path / "damaged").write_bytes(whole[:place] + chance.randbytes(4) + whole[place + 4 :])
        try:
            lengths.append(len(packages(tmp_path / "damaged", kind)))
        except (ValueError, struct.error, sqlite3.Error, OSError, IndexError, OverflowError):
            lengths.append(0)
    assert max(lengths) <= 3
