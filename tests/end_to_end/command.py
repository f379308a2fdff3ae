"""The installed program as a person has it: a process of its own, with a shell's pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from support.backends import skip_or_fail

PROGRAM = Path(sys.executable).with_name("cutaway")
PROJECT = Path(__file__).parents[2]
TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process has ended."""

    code: int
    output: bytes
    errors: str


def environment() -> dict[str, str]:
    """Return an environment without a display."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    return {key: value for key, value in os.environ.items() if key not in hidden} | {"LC_ALL": "C.UTF-8"}


def cutaway(*arguments: str | Path, stdout: IO[bytes] | int = subprocess.PIPE, cwd: Path | None = None) -> Outcome:
    """Run the program to its end; a traceback fails the test whatever else it is about."""
    if not PROGRAM.exists():
        skip_or_fail(f"{PROGRAM} is not installed")
    command = [str(PROGRAM), *map(str, arguments)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, cwd=cwd, env=environment(),
        timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    errors = done.stderr.decode("utf-8", "replace")
    assert "Traceback" not in errors, errors
    assert "Exception ignored" not in errors, errors
    return Outcome(done.returncode, done.stdout or b"", errors)


def good(*arguments: str | Path, cwd: Path | None = None) -> bytes:
    """Run the program, which is to succeed, and return what it prints."""
    done = cutaway(*arguments, cwd=cwd)
    assert done.code == 0, done.errors
    return done.output
