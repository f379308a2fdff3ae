"""The linters agree: ruff, its formatter, and mypy in its strictest mode."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SOURCES = ["engine", "app", "appliance", "tests", "packaging"]


def run(*command: str) -> None:
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", "--no-cache", *SOURCES)


def test_everything_is_formatted() -> None:
    run("ruff", "format", "--no-cache", "--check", *SOURCES)


@pytest.mark.timeout(600)
def test_types_are_complete() -> None:
    run("mypy")


@pytest.mark.parametrize("folder", ["engine", "app", "appliance", "packaging"])
def test_source_roots_are_no_packages(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    lengths = {path: len(path.read_text().splitlines()) for root in SOURCES[:3] for path in (ROOT / root).rglob("*.py")}
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > 300} == {}


def test_what_is_silenced_has_its_reason_beside_it() -> None:
    silenced = re.compile(r"# noqa(: [A-Z0-9, ]+)?$", re.MULTILINE)
    files = (path for root in SOURCES for path in (ROOT / root).rglob("*.py"))
    assert [str(path.relative_to(ROOT)) for path in files if silenced.search(path.read_text())] == []
