"""The scripts leave nothing out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_every_folder_of_tests_is_run_once() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    script = (PROJECT / "packaging/test").read_text("utf-8")
    run = [
        word for line in re.findall(r"^ *tests (.*)$", script, re.MULTILINE) for word in re.findall(r"tests/\w+", line)
    ]
    assert sorted(run) == sorted(settings["testpaths"])
    with_tests = {path.relative_to(PROJECT).parts[1] for path in PROJECT.glob("tests/*/**/test_*.py")}
    assert {f"tests/{name}" for name in with_tests} == set(run)
