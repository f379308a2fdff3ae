"""Errors are two lines and an exit code that scripts can tell apart; a traceback only with --debug."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import typer
from cutaway import __version__
from cutaway.cli import doctor
from cutaway.cli.main import with_command
from cutaway.cli.output import errors_as_sentences
from cutaway.errors import (
    ApplianceMissing,
    Cancelled,
    DestinationError,
    EngineError,
    GuestError,
    ImageNotFound,
    LaunchError,
    NotAFolder,
    NotFound,
)

from .conftest import Run

ERRORS: tuple[tuple[BaseException, int], ...] = (
    (ImageNotFound("no image"), 3),
    (LaunchError("no start"), 4),
    (ApplianceMissing("no appliance"), 4),
    (NotFound("no path"), 5),
    (NotAFolder("no folder"), 5),
    (DestinationError("full", path="x", errno_name="ENOSPC"), 6),
    (OSError(28, "No space left on device"), 6),
    (Cancelled("cancelled"), 130),
    (KeyboardInterrupt(), 130),
    (GuestError("other"), 1),
    (EngineError("other"), 1),
    (KeyError("a fault of ours"), 1),
)


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=[type(error).__name__ for error, _ in ERRORS])
def test_each_error_has_its_exit_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = sys.stdout
    monkeypatch.setattr(sys, "stdout", original)
    with pytest.raises(typer.Exit) as ended, errors_as_sentences():
        raise error
    if sys.stdout is not original:
        sys.stdout.close()
    assert ended.value.exit_code == code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("error", [NotFound("no path"), KeyError("fault")])
def test_debug_lets_errors_through(error: Exception) -> None:
    with pytest.raises(type(error)), errors_as_sentences(debug=True):
        raise error


def test_the_sentence_and_the_remedy_are_two_lines_without_controls(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), errors_as_sentences():
        raise EngineError("bad \x1b[2J name", remedy="Rename it.")
    assert capsys.readouterr().err == "cutaway: bad \\x1b[2J name\n  try: Rename it.\n"


def test_an_exit_of_the_command_itself_passes() -> None:
    with pytest.raises(typer.Exit) as ended, errors_as_sentences():
        raise typer.Exit(7)
    assert ended.value.exit_code == 7


def test_a_path_that_is_not_in_the_image_has_its_own_code(run: Run, debian: str) -> None:
    for command in (("ls",), ("ll",), ("cat",)):
        assert run(*command, debian, "/nope").code == 5
    assert run("get", debian, "/nope", "x").code == 5


def test_a_variable_that_makes_no_sense_is_told(run: Run, debian: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTAWAY_MEMSIZE", "much")
    done = run("ls", debian)
    assert done.code == 1
    assert done.errors.startswith("cutaway: CUTAWAY_MEMSIZE must be a number")
    assert "Traceback" not in done.errors


def test_doctor_survives_a_variable_that_makes_no_sense(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTAWAY_ACCELERATOR", "warp")
    done = run("doctor")
    assert done.code == 1
    assert "fail  qemu: CUTAWAY_ACCELERATOR must be tcg or kvm" in done.text


def test_doctor_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    done = run("doctor", "--json")
    findings = {item["name"]: item for item in json.loads(done.output)}
    assert done.code == 1
    assert findings["qemu-img"]["state"] == "fail"
    assert "qemu-utils" in findings["qemu-img"]["remedy"]
    assert set(findings) == set(doctor.CHECKS)


def test_the_window_without_a_display_is_refused_in_words(run: Run) -> None:
    done = run("gui")
    assert done.code == 1
    assert done.errors.startswith("cutaway: there is no display")


def test_a_mistyped_command_is_a_usage_error(run: Run) -> None:
    done = run("lss", "image")
    assert done.code == 2
    assert "lss" in done.errors


def test_a_missing_argument_is_a_usage_error(run: Run) -> None:
    assert run("ls").code == 2


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_commands_and_exit_codes(run: Run, option: str) -> None:
    done = run(option)
    assert done.code == 0
    assert all(word in done.text for word in ("filesystems", "doctor", "appliance", "130 interrupted"))


def test_a_folder_that_cannot_be_mounted_on_has_its_own_code(
    run: Run, debian: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cutaway.folder_mount.mount_point.check_host", lambda: None)
    monkeypatch.setattr("cutaway.folder_mount.libfuse.load", lambda: None)
    done = run("mount", debian, str(tmp_path / "missing"))
    assert (done.code, done.output) == (6, b"")
    assert done.errors.startswith(f"cutaway: {tmp_path}/missing cannot be mounted on")
    assert "try: Make it first: mkdir" in done.errors
    assert run("unmount", str(tmp_path)).code == 6


def test_a_machine_without_fuse_can_do_all_but_mount(
    run: Run, debian: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cutaway.folder_mount.mount_point.DEVICE", str(tmp_path / "none"))
    done = run("mount", debian, str(tmp_path))
    assert done.code == 1
    assert "modprobe fuse" in done.errors
    assert run("ls", debian).code == 0
    findings = {item["name"]: item for item in json.loads(run("doctor", "--json").output)}
    assert findings["mounting"]["state"] == "warn"


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").text == f"cutaway {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "completed"),
    [
        ([], ["gui"]),
        (["disk.img"], ["gui", "disk.img"]),
        (["/a/disk", "b"], ["gui", "/a/disk", "b"]),
        (["--engine=fake"], ["gui", "--engine=fake"]),
        (["ls", "x"], ["ls", "x"]),
        (["appliance", "info"], ["appliance", "info"]),
        (["mistyped"], ["mistyped"]),
    ],
)  # fmt: skip
def test_without_a_command_the_window_is_meant(arguments: list[str], completed: list[str]) -> None:
    assert with_command(arguments) == completed


def test_a_file_without_extension_is_an_image(run: Run, tmp_path: object) -> None:
    with open("backup", "wb"):
        pass
    assert with_command(["backup"]) == ["gui", "backup"]


def test_a_disk_that_is_given_twice_is_refused(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("ls", "disk.img", "--add", str(tmp_path / "disk.img"))
    assert done.code == 3
    assert "is given twice" in done.errors
