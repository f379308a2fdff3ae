"""The window shows an image as a folder, for real, and unmounts it when it closes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from cutaway.testing import locked
from cutaway_app.operations.mount_image import FolderMount
from cutaway_app.windows import mount_wiring
from end_to_end.test_engine_death import TIMEOUT_S, Scene, run_scene
from images.debian import DebianImage
from PySide6.QtWidgets import QApplication
from support.mounting import is_mounted, need_fuse


def test_the_shown_image_is_a_folder_until_the_window_closes(
    qapp: QApplication, debian_image: DebianImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_fuse()
    opened: list[str] = []
    monkeypatch.setattr(mount_wiring, "open_folder", lambda folder, _: opened.append(folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    async def play(scene: Scene) -> None:
        program = scene.program
        await scene.open(debian_image.path, b"/srv/thousand")
        arrived: asyncio.Future[FolderMount] = asyncio.get_running_loop().create_future()
        program.folder_mounts.mounted.connect(arrived.set_result)
        program.window.actions_["mount"].trigger()
        folder = Path((await asyncio.wait_for(arrived, TIMEOUT_S)).folder)
        assert opened == [str(folder)]
        assert is_mounted(folder)
        assert sorted(os.listdir(folder / "srv/thousand")) == sorted(scene.shown()[1])
        assert (folder / "etc/os-release").read_text().startswith("PRETTY_NAME=")

    run_scene(qapp, tmp_path / "settings.ini", play)
    assert opened
    assert not is_mounted(Path(opened[0]))
    assert not os.path.exists(opened[0])


def test_what_was_unlocked_is_in_the_folder_too(
    qapp: QApplication, vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_fuse()
    monkeypatch.setattr(mount_wiring, "open_folder", lambda _folder, _notices: None)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    async def play(scene: Scene) -> None:
        window, loop = scene.program.window, asyncio.get_running_loop()
        asked, arrived, listed = loop.create_future(), loop.create_future(), loop.create_future()
        window.pages.currentChanged.connect(
            lambda _: asked.done() or window.pages.currentWidget() is not window.unlock or asked.set_result(None)
        )
        scene.program.navigator.place_changed.connect(
            lambda place: listed.done() or place is None or listed.set_result(None)
        )
        scene.program.folder_mounts.mounted.connect(arrived.set_result)
        scene.program.image_wiring.open([str(vault)])
        await asyncio.wait_for(asked, TIMEOUT_S)
        window.unlock.line.setText(locked.SYSTEM_KEY)
        window.unlock.unlock_button.click()
        await asyncio.wait_for(listed, TIMEOUT_S)
        window.actions_["mount"].trigger()
        folder = Path((await asyncio.wait_for(arrived, TIMEOUT_S)).folder)
        assert (folder / "etc/hostname").read_text() == "vault\n"

    run_scene(qapp, tmp_path / "settings.ini", play)
