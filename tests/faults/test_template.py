"""A template that is damaged or does not fit is thrown away with a warning, and the handle works all the same."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway import Handle, Settings, accelerator
from cutaway.appliance_path import find_appliance
from cutaway.events import LaunchDone, Warning
from cutaway.qemu.binary import find_qemu
from cutaway.template import new_template, template_key, templates_folder


@pytest.fixture
def ordinary_template() -> Path:
    """Return the folder of the template that all tests use."""
    with Handle() as handle:
        handle.launch()  # makes one if there is none
    settings = Settings.from_environment()
    qemu, appliance = asyncio.run(find_qemu(settings.qemu)), find_appliance(settings.appliance_path)
    verdict = accelerator.known_verdict(qemu, settings)
    assert verdict is not None
    return templates_folder() / template_key(qemu, appliance, verdict.accelerator, settings)


@pytest.fixture
def template(ordinary_template: Path, own_cache: Path) -> Path:
    """Copy the template into this test's own cache, with what is known of qemu; return its folder."""
    with new_template(ordinary_template.name) as draft:
        for file in (draft.ram, draft.state):
            subprocess.run(["cp", "--sparse=always", ordinary_template / file.name, file], check=True)
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
