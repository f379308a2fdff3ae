"""A picture of the window is made without keeping any choice, and without harm to a device."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cutaway_app.application import _store, parse
from cutaway_app.settings import MAX_RECENT, WindowSettings
from PySide6.QtCore import QSettings


def test_a_screenshot_keeps_nothing_and_replaces_no_device() -> None:
    store = _store(parse(["--screenshot", "picture.png"]))
    assert not store.isWritable()
    assert store.fileName().startswith(":/"), "what QSettings saves, it puts in place of the file"
    settings = WindowSettings(store)
    settings.set_flag("wide", value=True)
    store.sync()
    assert settings.flag("wide", default=False)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_choices_of_a_screenshot_are_gone_in_the_next_one() -> None:
    first = WindowSettings(_store(parse(["--screenshot", "a.png"])))
    first.add_recent("/images/a")
    del first
    assert WindowSettings(_store(parse(["--screenshot", "b.png"]))).recent == []


def test_a_pinned_image_stays_and_a_forgotten_one_goes(tmp_path: Path) -> None:
    settings = WindowSettings(QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat))
    for number in range(MAX_RECENT + 5):
        settings.add_recent(f"/images/{number}")
        settings.set_pinned("/images/0", pinned=True)
    assert "/images/0" not in settings.recent
    assert settings.pinned == ["/images/0"]
    settings.forget_recent(f"/images/{MAX_RECENT}")
    assert f"/images/{MAX_RECENT}" not in settings.recent
    settings.keep_disks("/images/0", ("/images/data",))
    settings.forget_recent("/images/0")
    settings.keep_disks("/images/1", ("/images/1b", "/images/1c"))
    assert settings.disks("/images/0") == ()
    assert settings.disks("/images/1") == ("/images/1b", "/images/1c")
    assert settings.pinned == []
