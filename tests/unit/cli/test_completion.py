"""The Tab key: a shell is told commands and options, and files where a command takes images."""

from __future__ import annotations

import os
import subprocess
import sys


def completed(line: str, word: str) -> list[str]:
    """Return what bash would offer at a word of a line, as typer's own script asks for it."""
    environment = {**os.environ, "_CUTAWAY_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": word}
    code = "import sys; sys.argv[0] = 'cutaway'; from cutaway.cli.main import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return run.stdout.split()


def test_commands_and_options_are_offered() -> None:
    assert completed("cutaway de", "1") == ["decompress", "desktop"]
    assert "--snapshot" in completed("cutaway ls --s", "2")
    assert completed("cutaway desktop ", "2") == ["install", "remove"]
