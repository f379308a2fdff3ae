"""Mount as folder: the window starts a program that mounts, shows where, and ends it. Here it only pretends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway_app.bridge.mount_folder import make_folder, remove_folder
from cutaway_app.bridge.mount_process import error_of
from cutaway_app.models.image_session import ImageSession
from cutaway_app.operations.mount_image import mount_command
from cutaway_app.windows import mount_wiring
from gui.conftest import Scenario
from gui.harness import IMAGE, Harness

Play = Callable[[Scenario], None]
#: Mounts nothing, leaves a file to tell that it was there, and ends with its input.
OBEDIENT = "import sys; print('mounted', flush=True); sys.stdin.read(); open({done!r}, 'w').close()"
REFUSING = "import sys; sys.exit('cutaway: the moon is not full\\n  try: Wait.')"
DYING = (
    "import sys; print('mounted', flush=True);"
    "print('cutaway: the appliance has stopped\\n  try: Mount it again.', file=sys.stderr, flush=True);"
    "sys.stdin.read(); sys.exit(1)"
)


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the folders that would be shown by a file manager."""
    found: list[str] = []
    monkeypatch.setattr(mount_wiring, "open_folder", lambda folder, _: found.append(folder))
    return found


def use(on: Harness, script: str) -> None:
    on.program.folder_mounts.command = lambda _session, _tree, _folder: [sys.executable, "-I", "-S", "-c", script]


def test_a_mount_is_shown_and_ends_by_the_notices_button(
    play: Play, tmp_path: Path, opened: list[str], runtime: Path
) -> None:
    done = tmp_path / "done"

    async def scenario(on: Harness) -> None:
        use(on, OBEDIENT.format(done=str(done)))
        session = await on.open()
        actions, mounts = on.window.actions_, on.program.folder_mounts
        assert (actions["mount"].isEnabled(), actions["unmount"].isEnabled()) == (True, False)
        mounted = on.next(mounts.mounted)
        actions["mount"].trigger()
        assert not actions["mount"].isEnabled()
        (mount,) = await mounted
        assert opened == [mount.folder] == [str(runtime / "cutaway" / "debian.qcow2")]
        assert os.listdir(runtime / "cutaway") == ["debian.qcow2"]
        assert mount.folder in on.window.banner.accessibleDescription()
        assert actions["unmount"].isEnabled()
        assert actions["mount"].text() == "Open Mounted Folder"
        actions["mount"].trigger()
        assert opened == [mount.folder] * 2
        on.window.banner.action_requested.emit("answer0")
        await on.until(lambda: mounts.of(session) is None, mounts.changed)
        assert done.exists()
        assert os.listdir(runtime) == []
        assert not on.window.banner.isVisibleTo(on.window)
        assert (actions["mount"].isEnabled(), actions["unmount"].isEnabled()) == (True, False)

    play(scenario)


def test_closing_the_image_unmounts(play: Play, tmp_path: Path) -> None:
    done = tmp_path / "done"

    async def scenario(on: Harness) -> None:
        use(on, OBEDIENT.format(done=str(done)))
        session = await on.open()
        mounts = on.program.folder_mounts
        mounted = on.next(mounts.mounted)
        on.window.actions_["mount"].trigger()
        await mounted
        on.window.actions_["close_image"].trigger()
        await on.until(lambda: mounts.of(session) is None, mounts.changed)
        assert done.exists()

    play(scenario)


def test_closing_the_window_unmounts(play: Play, tmp_path: Path, runtime: Path) -> None:
    done = tmp_path / "done"

    async def scenario(on: Harness) -> None:
        use(on, OBEDIENT.format(done=str(done)))
        await on.open()
        mounted = on.next(on.program.folder_mounts.mounted)
        on.window.actions_["mount"].trigger()
        await mounted

    play(scenario)
    assert done.exists()
    assert list(runtime.iterdir()) == []


def test_what_cannot_be_mounted_says_why(play: Play, opened: list[str]) -> None:
    async def scenario(on: Harness) -> None:
        use(on, REFUSING)
        session = await on.open()
        failed = on.next(on.program.folder_mounts.failed)
        on.window.actions_["mount"].trigger()
        assert (await failed)[0] is session
        said = on.window.banner.accessibleDescription()
        assert "debian.qcow2 is not mounted as a folder" in said
        assert "The moon is not full. Wait." in said
        assert opened == []
        assert on.window.actions_["mount"].isEnabled()

    play(scenario)


def test_a_program_that_is_not_there_says_so(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        on.program.folder_mounts.command = lambda _session, _tree, _folder: ["/nowhere/program"]
        await on.open()
        failed = on.next(on.program.folder_mounts.failed)
        on.window.actions_["mount"].trigger()
        await failed
        assert "/nowhere/program cannot be started" in on.window.banner.accessibleDescription().lower()

    play(scenario)


def test_a_dead_appliance_of_a_mount_is_told(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        use(on, DYING)
        session = await on.open()
        mounts = on.program.folder_mounts
        troubled = on.next(mounts.troubled)
        on.window.actions_["mount"].trigger()
        await troubled
        said = on.window.banner.accessibleDescription()
        assert "cannot be read any more" in said
        assert "Mount it again." in said
        on.window.banner.action_requested.emit("answer0")
        await on.until(lambda: mounts.of(session) is None, mounts.changed)
        assert not on.window.banner.isVisibleTo(on.window), "it was wished so"

    play(scenario)


def test_a_mount_can_be_stopped_before_it_is_ready(play: Play, tmp_path: Path) -> None:
    done = tmp_path / "done"

    async def scenario(on: Harness) -> None:
        use(on, f"import sys; sys.stdin.read(); open({str(done)!r}, 'w').close()")
        session = await on.open()
        mounts = on.program.folder_mounts
        on.window.actions_["mount"].trigger()
        assert "is being mounted" in on.window.banner.accessibleDescription()
        on.window.banner.action_requested.emit("answer0")
        await on.until(lambda: mounts.of(session) is None, mounts.changed)
        assert done.exists()

    play(scenario)


def test_the_command_mounts_what_is_shown(qapp: object) -> None:
    session = ImageSession(IMAGE)
    session.allow("/base.img")
    command = mount_command(session, 2, "/run/folder")
    assert command[3:] == [
        "mount", "--until-eof", "--links-inside", "--tree=2", "--allow=/base.img", "--", IMAGE, "/run/folder",
    ]  # fmt: skip


def test_folders_are_named_after_images_and_never_shared(runtime: Path) -> None:
    first, second = make_folder("a.img"), make_folder("b/../.img")
    assert first == str(runtime / "cutaway" / "a.img")
    assert second == str(runtime / "cutaway" / "b_.._.img")
    (runtime / "cutaway" / "a.img" / "in use").touch()
    assert make_folder("a.img") == str(runtime / "cutaway" / "a.img-2")
    assert make_folder("..") == str(runtime / "cutaway" / "image")
    remove_folder(second)
    assert not os.path.exists(second)


def test_a_folder_is_found_without_a_runtime_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = make_folder("a.img")
    assert os.stat(os.path.dirname(folder)).st_mode & 0o077 == 0
    remove_folder(folder)
    assert not os.path.exists(os.path.dirname(folder))


def test_what_killed_windows_have_left_is_removed_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = ("left", "used", "new")
    left, used, new = (tmp_path / f"cutaway-mounts-{name}" for name in names)
    for folder in (left, used, new):
        (folder / "a.img").mkdir(parents=True)
    (used / "a.img" / "file").touch()
    for folder in (left, used):
        os.utime(folder, (0, 0))
    made = make_folder("b.img")
    assert not left.exists()
    assert (used / "a.img" / "file").exists()
    assert (new / "a.img").is_dir(), "another window is about to mount there"
    remove_folder(made)


@pytest.mark.parametrize(
    ("lines", "message", "remedy"),
    [
        ([], "the program that mounts has ended without a word", ""),
        ([b"cutaway: no\n", b"  try: Yes.\n"], "no", "Yes."),
        ([b"cutaway: a warning\n", b"  try: a\n", b"cutaway: the end\n"], "the end", ""),
        ([b"noise \xff\n"], "the program that mounts has ended without a word", ""),
    ],
)  # fmt: skip
def test_errors_are_read_from_what_was_printed(lines: list[bytes], message: str, remedy: str) -> None:
    error = error_of(lines)
    assert (str(error), error.remedy) == (message, remedy)
