"""Faults are tried on real appliances; each test must leave no process, no socket, no temporary file."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cutaway import Handle, Settings, accelerator
from cutaway.appliance_path import find_appliance
from cutaway.errors import ApplianceMissing
from cutaway.qemu.binary import find_qemu
from cutaway.template import new_template, template_key, templates_folder
from support.backends import skip_or_fail

SYSTEM_PATHS = ":/usr/sbin:/sbin"
BIG_MIB = 64


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here: it boots."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.boots_appliance)


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a raw ext4 image with a small file, a big one, and a folder of files."""
    try:
        find_appliance()
    except ApplianceMissing as error:
        skip_or_fail(str(error))
    folder = tmp_path_factory.mktemp("faults")
    tree, image = folder / "tree", folder / "faults.img"
    (tree / "many").mkdir(parents=True)
    (tree / "hello").write_text("hello\n")
    (tree / "big").write_bytes(os.urandom(1 << 20) * BIG_MIB)
    for number in range(300):
        (tree / f"many/{number}").write_text(str(number) * 100)
    command = ["mke2fs", "-q", "-F", "-t", "ext4", "-d", str(tree), str(image), "160M"]
    subprocess.run(command, check=True, env={**os.environ, "PATH": os.environ["PATH"] + SYSTEM_PATHS})
    return image


@pytest.fixture
def make(image: Path) -> Iterator[Callable[..., Handle]]:
    """Give a function that makes handles with the image added; they are closed after the test."""
    made: list[Handle] = []

    def make_handle(settings: Settings | None = None) -> Handle:
        handle = Handle(settings or Settings.from_environment())
        made.append(handle)
        handle.add_drive(image, format="raw")
        return handle

    yield make_handle
    for handle in made:
        handle.close()


@pytest.fixture
def mounted(make: Callable[..., Handle]) -> Handle:
    """Give a launched handle with the image mounted."""
    handle = make()
    handle.launch()
    handle.mount_ro("/dev/sda", "/")
    return handle


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail if a qemu of this test, a socket or a temporary file outlives it."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("TMPDIR", str(runtime))
    yield
    wait_until(lambda: not qemus_of(runtime), "a qemu is left")
    assert list(runtime.iterdir()) == []


def qemus_of(runtime: Path) -> list[int]:
    """Return the processes of qemus whose sockets were in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"qemu" in command and os.fsencode(runtime) in command:
                found.append(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool], message: str, timeout_s: float = 30.0) -> None:
    """Wait for a condition of another process; fail with the message if it does not come."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, message
        time.sleep(0.02)  # another process's end cannot be waited for in any other way


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, image: Path) -> Path:
    """Give this test a cache of its own, with the ordinary appliance found along the path."""
    monkeypatch.setenv("CUTAWAY_PATH", str(find_appliance().folder))
    cache = tmp_path / "cache"
    monkeypatch.setenv("CUTAWAY_CACHE", str(cache))
    return cache


@pytest.fixture(scope="session")
def ordinary_template() -> Path:
    """Return the folder of the template that all tests use."""
    with Handle() as handle:
        handle.launch()  # makes one if there is none
    settings = Settings.from_environment()
    qemu, appliance = asyncio.run(find_qemu(settings.qemu)), find_appliance(settings.appliance_path)
    verdict = accelerator.known_verdict(qemu, settings)
    assert verdict is not None
    return templates_folder() / template_key(qemu, appliance, verdict.accelerator, settings)


def copy_template(source: Path, key: str) -> None:
    """Make a template of another key, or in another cache, with the same content."""
    with new_template(key) as draft:
        for file in (draft.ram, draft.state):
            subprocess.run(["cp", "--sparse=always", source / file.name, file], check=True)


@pytest.fixture
def lend_template(ordinary_template: Path, own_cache: Path) -> Callable[[str], None]:
    """Give a function that lends the template to a script which runs the same qemu: that saves it a cold boot."""

    def lend(qemu: str) -> None:
        settings = Settings(qemu=qemu)
        found, appliance = asyncio.run(find_qemu(qemu)), find_appliance(settings.appliance_path)
        copy_template(ordinary_template, template_key(found, appliance, "tcg", settings))

    return lend
