"""The program in the desktop's applications menu: written where the desktop looks, and taken away."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from configparser import ConfigParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from cutaway.cli.main import app
from cutaway_app import desktop_entry
from gui.conftest import Scenario
from gui.harness import Harness
from typer.testing import CliRunner

Play = Callable[[Scenario], None]
ENTRY = "applications/cutaway.desktop"


@pytest.fixture(autouse=True)
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data home"))
    return tmp_path / "data home"


def test_the_command_puts_it_there_and_takes_it_away(data_home: Path) -> None:
    answer = CliRunner().invoke(app, ["desktop", "install"])
    assert answer.exit_code == 0
    written = {Path(line).relative_to(data_home).as_posix() for line in answer.output.splitlines()}
    assert written == {ENTRY, "mime/packages/cutaway.xml", "icons/hicolor/scalable/apps/cutaway.svg"}
    entry = ConfigParser(interpolation=None)
    entry.read(data_home / ENTRY)
    program, *arguments = shlex.split(entry["Desktop Entry"]["Exec"])
    assert (program, arguments) == (desktop_entry.command(), ["gui", "%F"])
    kinds = ET.parse(data_home / "mime/packages/cutaway.xml").getroot()  # noqa: S314 it is our own
    ours = {kind.get("type", "") for kind in kinds}
    assert ours <= set(entry["Desktop Entry"]["MimeType"].split(";"))
    answer = CliRunner().invoke(app, ["desktop", "remove"])
    assert {Path(line).relative_to(data_home).as_posix() for line in answer.output.splitlines()} == written
    assert not [path for path in written if (data_home / path).exists()]
    assert CliRunner().invoke(app, ["desktop", "remove"]).output == ""


def test_a_data_folder_that_cannot_be_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/proc/nowhere")
    answer = CliRunner().invoke(app, ["desktop", "install"])
    assert answer.exit_code == 6
    assert "/proc/nowhere cannot be written" in answer.output


@pytest.mark.parametrize(
    ("argument", "written"),
    [("/a b", '"/a b"'), ("/100%", '"/100%%"'), ('/q"', '"/q\\\\""'), ("/$x", '"/\\\\$x"'), ("/b\\", '"/b\\\\\\\\"')],
)
def test_signs_that_mean_something_are_quoted(argument: str, written: str) -> None:
    assert desktop_entry.quoted(argument) == written


def test_the_window_puts_it_there_and_takes_it_away(play: Play, data_home: Path) -> None:
    async def scenario(on: Harness) -> None:
        action = on.window.actions_["in_menu"]
        for title in ("Cutaway is in the applications menu", "Cutaway is no longer in the applications menu"):
            told = on.next(on.program.notices.shown)
            action.trigger()
            assert await told == (title,)
            await on.becomes(action.isEnabled)
            assert action.isChecked() is (data_home / ENTRY).exists()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_DATA_HOME", "/proc/nowhere")
            told = on.next(on.program.notices.shown)
            action.trigger()
            assert await told == ("/proc/nowhere cannot be written",)
            await on.becomes(action.isEnabled)
        assert not action.isChecked()

    play(scenario)


def test_the_menu_of_the_window_fits_a_low_screen(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        menu = on.window.top_bar.menu_button.menu()
        menu.ensurePolished()
        height = sum(menu.actionGeometry(action).height() for action in menu.actions() if action.isVisible())
        assert height <= 700, "on a screen of 768 rows it would be in two columns"
        below = [action for one in menu.actions() if one.menu() for action in one.menu().actions()]
        assert on.window.actions_["in_menu"] in below

    play(scenario)
