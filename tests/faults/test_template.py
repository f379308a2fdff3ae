"""A template that is damaged or does not fit is thrown away with a warning, and the handle works all the same."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.events import LaunchDone, Warning
from cutaway.template import templates_folder
from faults.conftest import copy_template


@pytest.fixture
def template(ordinary_template: Path, own_cache: Path) -> Path:
    """Copy the template into this test's own cache, with what is known of qemu; return its folder."""
    copy_template(ordinary_template, ordinary_template.name)
    for name in ("accelerator.json", "qemu.json"):
        shutil.copy(ordinary_template.parent.parent / name, own_cache)
    return templates_folder() / ordinary_template.name


def launch(make: Callable[..., Handle]) -> tuple[list[str], LaunchDone]:
    warnings: list[str] = []
    done: list[LaunchDone] = []
    handle = make()
    handle.on(Warning, lambda event: warnings.append(event.text))
    handle.on(LaunchDone, done.append)
    handle.launch()
    handle.mount_ro("/dev/sda", "/")
    assert handle.cat("/hello") == b"hello\n"
    handle.close()
    return warnings, done[0]


def damage(file: Path, position: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(position)
        opened.write(b"\xff" * 4096)


def test_every_damage_ends_in_a_working_appliance(template: Path, make: Callable[..., Handle]) -> None:
    # One template for all cases, because making one takes a cold boot; each discard makes a new one of the same key.
    warnings, done = launch(make)
    assert done.warm
    assert warnings == []
    damage(template / "ram", 64 << 20)
    warnings, done = launch(make)
    assert any("Preparing" in text for text in warnings), "damaged memory was used"
    assert done.warm

    (template / "state").write_bytes(b"\0" * 1000)
    facts = json.loads((template / "manifest.json").read_text())
    # Even a manifest that vouches for the damage (a bug, or malice) must not keep the handle from working.
    facts["state_sum"] = hashlib.sha256(b"0-1000:" + b"\0" * 1000).hexdigest()
    (template / "manifest.json").write_text(json.dumps(facts))
    warnings, done = launch(make)
    assert any("made anew" in text for text in warnings)
    assert not done.warm
