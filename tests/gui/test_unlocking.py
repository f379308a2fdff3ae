"""Encrypted volumes in the window: the page, what is in them afterwards, and where the key goes and where not."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cutaway.errors import Encrypted
from cutaway.records import Survey
from cutaway.testing import (
    FakeAppliance,
    FakeEncrypted,
    FakeFileSystem,
    FakeImage,
    FakePartition,
    folder,
    locked_image,
    sample_image,
)
from cutaway.testing.locked import DATA_KEY, SYSTEM_KEY
from cutaway.unlocking import unpacked
from cutaway_app.bridge.bulk import Extraction
from cutaway_app.models.image_session import ImageSession
from cutaway_app.models.jobs import JobState
from cutaway_app.operations.mount_image import FolderMounts
from cutaway_app.widgets.unlock_page import CAPS_LOCK, UnlockPage
from gui.conftest import Scenario
from gui.harness import IMAGE, SAMPLE, Harness
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

Play = Callable[[Scenario], None]
LOCKED, SLOW, WHOLE, HOME = "/images/vault.img", "/images/slow.img", "/images/whole.img", "/images/home.img"
SYSTEM, DATA = "/dev/sda2", "/dev/sda3"


@pytest.fixture
def fake() -> FakeAppliance:
    sample, home = sample_image(), FakeEncrypted(b"key", FakeFileSystem("xfs", folder, "HOME"))
    return FakeAppliance({
        IMAGE: sample_image(), SAMPLE: sample_image(), LOCKED: locked_image(), SLOW: locked_image(derive_s=60),
        WHOLE: FakeImage(64 << 20, holding=FakeEncrypted(b"key", FakeFileSystem("ext4", folder), vfs_type="BitLocker")),
        HOME: replace(sample, partitions=(*sample.partitions, FakePartition(sample.size_bytes, 64 << 20, home))),
    })  # fmt: skip


async def shown(ui: Harness, path: str = LOCKED) -> ImageSession:
    """Open the image and wait for the page of its first volume."""
    ui.program.image_wiring.open([path])
    await ui.until(lambda: ui.window.pages.currentWidget() is ui.window.unlock, ui.window.pages.currentChanged)
    return ui.models.sidebar.sessions[-1]


async def unlock(ui: Harness, passphrase: str = SYSTEM_KEY) -> None:
    """Type a passphrase, and wait for what is in the volume."""
    QTest.keyClicks(ui.window.unlock.line, passphrase)
    QTest.keyClick(ui.window.unlock.line, Qt.Key.Key_Return)
    await listed(ui)


async def listed(ui: Harness) -> None:
    """Wait until a folder is shown, all of it."""

    def is_there() -> bool:
        return ui.window.pages.currentWidget() is ui.window.browser and not ui.models.table.is_listing

    await ui.until(is_there, ui.models.table.listing_finished, ui.window.pages.currentChanged)


def rows(ui: Harness) -> list[str]:
    """Return what the sidebar shows, all levels."""
    found: list[str] = []
    model, todo = ui.models.sidebar, [ui.models.sidebar.index(0, 0)]
    while todo:
        index = todo.pop(0)
        found.append(f"{index.data()}")
        todo = [model.index(row, 0, index) for row in range(model.rowCount(index))] + todo
    return found


def test_an_image_whose_system_is_locked_shows_the_page_and_then_the_system(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        page = ui.window.unlock
        assert page.line.echoMode() is QLineEdit.EchoMode.Password
        assert page.accessibleName() == "Unlock sda2"
        assert not page.unlock_button.isEnabled()
        assert ui.window.sidebar.currentIndex().data() == "sda2"
        await unlock(ui)
        assert session.trees[ui.place.tree].system is not None
        assert "etc" in ui.names
        assert rows(ui)[:3] == ["vault.img", "Debian GNU/Linux 12 (bookworm)", "/"]
        assert "sda2" not in rows(ui)
        assert page.line.text() == ""

    play(scenario)


def test_a_wrong_passphrase_is_said_on_the_page_and_is_selected(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        await shown(ui)
        page = ui.window.unlock
        QTest.keyClicks(page.line, "guessed")
        page.unlock_button.click()
        assert page.is_busy
        await ui.until(lambda: not page.is_busy, ui.program.unlocks.busy_changed)
        assert "sda2 cannot be unlocked" in page.said
        assert page.line.selectedText() == "guessed"
        assert page.line.hasFocus() or ui.window.focusWidget() is page.line
        await unlock(ui)

    play(scenario)


def test_unlocking_can_be_stopped_and_tried_again(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        await shown(ui, SLOW)
        page = ui.window.unlock
        QTest.keyClicks(page.line, SYSTEM_KEY)
        QTest.keyClick(page.line, Qt.Key.Key_Return)
        assert page.stop_button.isVisible()
        QTest.keyClick(page.stop_button, Qt.Key.Key_Escape)
        await ui.until(lambda: not page.is_busy, ui.program.unlocks.busy_changed)
        assert (page.said, page.line.text()) == ("", SYSTEM_KEY)

    play(scenario)


def test_who_goes_elsewhere_meanwhile_waits_for_nothing_and_leaves_nothing_typed(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui, SLOW)
        page = ui.window.unlock
        QTest.keyClicks(page.line, SYSTEM_KEY)
        QTest.keyClick(page.line, Qt.Key.Key_Return)
        boot = ui.models.sidebar.index_of_device(session, "/dev/sda1")
        ui.window.sidebar.clicked.emit(boot)
        await listed(ui)
        assert ui.window.pages.currentWidget() is ui.window.browser
        assert page.line.text() == ""
        assert session.locked

    play(scenario)


def test_who_turns_to_another_volume_waits_no_longer_for_the_first(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui, SLOW)
        page = ui.window.unlock
        QTest.keyClicks(page.line, SYSTEM_KEY)
        QTest.keyClick(page.line, Qt.Key.Key_Return)
        ui.window.sidebar.activated.emit(ui.models.sidebar.index_of_device(session, DATA))
        await ui.until(lambda: not ui.program.unlocks.is_busy, ui.program.unlocks.busy_changed)
        assert (page.device, page.is_busy, page.said) == (DATA, False, "")

    play(scenario)


def test_what_is_unlocked_at_last_takes_nobody_away_from_another_volume(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        page, engine = ui.window.unlock, ui.program.images.engine(session)
        assert engine is not None
        survey, begun, wanted = engine.survey, asyncio.Event(), asyncio.Event()

        async def held() -> Survey:
            begun.set()
            await wanted.wait()
            return await survey()

        monkeypatch.setattr(engine, "survey", held)
        QTest.keyClicks(page.line, SYSTEM_KEY)
        QTest.keyClick(page.line, Qt.Key.Key_Return)
        await begun.wait()
        ui.window.sidebar.activated.emit(ui.models.sidebar.index_of_device(session, DATA))
        QTest.keyClicks(page.line, "guessed")
        unlocked = ui.next(ui.program.unlocks.unlocked)
        wanted.set()
        await unlocked
        assert ui.window.pages.currentWidget() is page
        assert (page.device, page.line.text()) == (DATA, "guessed")
        assert [volume.mountable for volume in session.locked] == [DATA]
        refused = ui.next(ui.program.unlock_wiring.refused)
        QTest.keyClick(page.line, Qt.Key.Key_Return)
        await refused
        assert "sda3 cannot be unlocked" in page.said

    play(scenario)


def test_escape_leaves_the_page(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        await shown(ui)
        QTest.keyClick(ui.window.unlock.line, Qt.Key.Key_Escape)
        assert ui.window.pages.currentWidget() is ui.window.overview
        ui.window.overview.filesystem_opened.emit(DATA)
        assert ui.window.pages.currentWidget() is ui.window.unlock
        assert ui.window.unlock.device == DATA

    play(scenario)


def test_a_key_file_unlocks_and_one_that_is_none_is_told(play: Play, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(DATA_KEY)
    (tmp_path / "empty").touch()

    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        ui.window.sidebar.activated.emit(ui.models.sidebar.index_of_device(session, DATA))
        assert ui.window.unlock.device == DATA
        for name, words in (("empty", "is empty"), ("nothing", "cannot be read")):
            said = ui.next(ui.program.unlock_wiring.refused)
            ui.program.unlock_wiring.use_file(str(tmp_path / name))
            await said
            assert words in ui.window.unlock.said
        ui.program.unlock_wiring.use_file(str(tmp_path / "key"))
        await listed(ui)
        assert ui.names == ["plans.txt"]

    play(scenario)


def test_a_key_file_that_does_not_answer_keeps_nobody_from_closing(play: Play, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key")

    async def scenario(ui: Harness) -> None:
        await shown(ui)
        ui.program.unlock_wiring.use_file(str(tmp_path / "key"))
        await asyncio.sleep(0)
        await ui.close()

    try:
        play(scenario)
    finally:
        os.close(os.open(tmp_path / "key", os.O_RDWR))


def test_a_second_volume_completes_the_system(play: Play, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(DATA_KEY)

    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        ui.program.image_wiring.unlock(session, DATA)
        ui.program.unlock_wiring.use_file(str(tmp_path / "key"))
        await listed(ui)
        await ui.go(b"/srv/data")
        assert ui.names == ["plans.txt"]
        assert session.locked == []

    play(scenario)


def test_a_drive_that_is_one_locked_volume_shows_its_page(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        await shown(ui, WHOLE)
        assert ui.window.unlock.device == "/dev/sda"
        assert ui.window.unlock.line.placeholderText() == "Passphrase or recovery password"
        await unlock(ui, "key")
        assert ui.names == []
        assert "sda" in rows(ui)

    play(scenario)


def test_a_system_is_shown_at_once_and_what_is_locked_beside_it_offered(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        await ui.open(HOME)
        assert ui.place.session.trees[ui.place.tree].system is not None
        assert "sda4: encrypted, and locked." in ui.window.banner.accessibleDescription()
        ui.window.banner.action_requested.emit("answer0")
        assert ui.window.unlock.device == "/dev/sda4"
        await unlock(ui, "key")
        assert ui.place.session.trees[ui.place.tree].title == "HOME"

    play(scenario)


def test_the_way_back_is_forgotten_with_the_places_that_are_no_more(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        ui.window.sidebar.clicked.emit(ui.models.sidebar.index_of_device(session, "/dev/sda1"))
        await listed(ui)
        ui.program.image_wiring.unlock(session, SYSTEM)
        await unlock(ui)
        assert not ui.program.navigator.can_step(-1)
        assert session.trees[session.tree].system is not None

    play(scenario)


def test_after_a_restart_it_is_unlocked_by_itself(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        died = ui.next(ui.program.images.died)
        ui.fake.die_now()
        await died
        finished = ui.next(ui.models.table.listing_finished)
        ui.program.image_wiring.restart(session)
        await finished
        assert "etc" in ui.names

    play(scenario)


def test_a_job_gets_its_files_out_of_what_is_unlocked_and_not_out_of_what_is_not(play: Play, tmp_path: Path) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        work = Extraction(session.machine, session.trees[ui.place.tree], (b"/etc/hostname",), str(tmp_path))
        job = ui.program.jobs.add(work)
        await ui.until(lambda: job.is_over, job.changed)
        assert job.state is JobState.DONE
        assert (tmp_path / "hostname").read_bytes() == b"vault\n"
        closed = ui.next(ui.program.images.closed)
        ui.program.image_wiring.close(session)
        await closed
        again = ui.program.jobs.add(work)
        await ui.until(lambda: again.is_over, again.changed)
        assert again.state is JobState.FAILED
        assert isinstance(again.error, Encrypted)

    play(scenario)


def test_a_volume_is_saved_while_it_is_unlocked_and_missed_with_a_reason_afterwards(play: Play, tmp_path: Path) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        job = ui.program.saves.save(session, "/dev/safe/root", str(tmp_path / "root.img"), "raw")
        await ui.until(lambda: job.is_over, job.changed)
        assert job.state is JobState.DONE
        closed = ui.next(ui.program.images.closed)
        ui.program.image_wiring.close(session)
        await closed
        again = ui.program.saves.save(session, "/dev/safe/root", str(tmp_path / "again.img"), "raw")
        await ui.until(lambda: again.is_over, again.changed)
        assert isinstance(again.error, Encrypted)
        assert "unlock it" in again.error.remedy

    play(scenario)


def test_what_is_edited_can_be_written_where_it_was_unlocked(play: Play, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new")

    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        begun = ui.next(ui.program.edits.begun)
        ui.program.edits.begin(session)
        await begun
        job = ui.program.edit_wiring.put(ui.place, [str(tmp_path / "new")])
        assert job is not None
        await ui.until(lambda: job.is_over, job.changed)
        assert job.state is JobState.DONE
        await ui.until(lambda: "new" in ui.names, ui.models.table.listing_finished)

    play(scenario)


def test_a_mount_gets_the_keys_through_a_pipe(play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # nobody ends this mount, so its folder stays
    given: list[tuple[list[str], bytes]] = []

    class Process:
        def __init__(self, command: list[str], _listen: object, secret: bytes) -> None:
            given.append((command, secret))

        def stop(self) -> None:
            """Do nothing."""

    monkeypatch.setattr("cutaway_app.operations.mount_image.MountProcess", Process)

    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        mounts = FolderMounts(ui.program._find_unlocked)
        mounts.mount(session, 0)
        ((command, secret),) = given
        assert SYSTEM_KEY not in " ".join(command)
        assert [volume.key for volume in unpacked(secret)] == [SYSTEM_KEY.encode()]
        mounts.of(session).ended.set_result(None)

    play(scenario)


def test_the_key_is_in_no_log_no_setting_and_gone_with_the_image(
    play: Play, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        QTest.keyClicks(ui.window.unlock.line, "guessed")
        ui.window.unlock.unlock_button.click()
        await ui.until(lambda: not ui.window.unlock.is_busy, ui.program.unlocks.busy_changed)
        await unlock(ui)
        engine = ui.program.images.engine(session)
        assert engine is not None
        assert len(engine.unlocked) == 1
        closed = ui.next(ui.program.images.closed)
        ui.program.image_wiring.close(session)
        await closed
        await engine.close()
        assert engine.unlocked == ()
        lines = "".join(str(ui.models.log.index(row, 0).data()) for row in range(ui.models.log.rowCount()))
        assert "guessed" not in lines
        assert SYSTEM_KEY not in lines

    play(scenario)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for key in ("guessed", SYSTEM_KEY):
        assert key.encode() not in written
        assert key not in caplog.text


@pytest.mark.parametrize(
    ("text", "modifiers", "is_on"),
    [("a", Qt.KeyboardModifier.NoModifier, False), ("A", Qt.KeyboardModifier.ShiftModifier, False),
     ("A", Qt.KeyboardModifier.NoModifier, True), ("a", Qt.KeyboardModifier.ShiftModifier, True),
     ("7", Qt.KeyboardModifier.NoModifier, False)],
)  # fmt: skip
def test_caps_lock_is_told_by_what_is_typed(
    qapp: object, text: str, modifiers: Qt.KeyboardModifier, *, is_on: bool
) -> None:
    page = UnlockPage()
    QTest.keyClicks(page.line, text, modifiers)
    assert (page.said == CAPS_LOCK) is is_on
    page.deleteLater()


def test_a_passphrase_that_was_shown_is_hidden_and_gone_for_the_next_volume(qapp: object) -> None:
    page = UnlockPage()
    page.set_volume("/dev/sda2", "LUKS")
    page.line.actions()[0].trigger()
    assert page.line.echoMode() is QLineEdit.EchoMode.Normal
    assert page.line.inputMethodHints() & Qt.InputMethodHint.ImhSensitiveData, "an input method might learn it"
    QTest.keyClicks(page.line, "typed")
    page.set_volume("/dev/sda3", "LUKS")
    assert page.line.echoMode() is QLineEdit.EchoMode.Password
    page.line.undo()
    assert page.line.text() == ""
    page.deleteLater()
