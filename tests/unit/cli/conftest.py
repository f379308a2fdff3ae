"""The command line in this process, on an appliance in memory."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.cli import opened
from cutaway.cli.main import main
from cutaway.testing import (
    FakeAppliance,
    FakeEncrypted,
    FakeFileSystem,
    FakeImage,
    FakeVolume,
    FakeVolumeGroup,
    contract_image,
    database_image,
    disk,
    file,
    folder,
    journal_image,
    link,
    locked_image,
)

EVIL = b"red\x1b[31m\xff"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command has ended."""

    code: int
    output: bytes
    errors: str

    @property
    def text(self) -> str:
        """What it printed, as text."""
        return self.output.decode("utf-8", "surrogateescape")


def odd_root() -> object:
    """Return a tree whose names mean harm."""
    return folder({EVIL: file(b"x"), b"link": link(b"to\nnowhere")})


def two_file_systems() -> FakeImage:
    """Return an image of two file systems without a system."""
    return disk(
        (32, FakeFileSystem("ext2", lambda: folder({b"one": file(b"1")}), "ONE", "1-1")),
        (32, FakeFileSystem("ext4", lambda: folder({b"two": file(b"2")}), "TWO", "2-2")),
    )


def hostile() -> FakeImage:
    """Return an image of one file system with names that mean harm."""
    return disk((32, FakeFileSystem("ext4", odd_root, "BAD\x1b[2J", "3-3")))  # type: ignore[arg-type]


def hostile_system() -> FakeImage:
    """Return an image of a system whose names mean harm."""
    release = b"ID=debian\nPRETTY_NAME='Evil\x1b[2J'\n"
    files = {b"os-release": release, b"hostname": b"ho\x1b[31mst", b"fstab": b"/dev/sda1 / ext4\n"}
    etc = {name: file(content) for name, content in files.items()}
    return disk((32, FakeFileSystem("ext4", lambda: folder({b"etc": folder(etc)}))))  # type: ignore[arg-type]


def nested() -> FakeImage:
    """Return an image that is one encrypted volume, with another inside."""
    inner = FakeEncrypted(b"inner", FakeFileSystem("ext4", lambda: folder({b"deep": file(b"")}), "DEEP"), "6-6")
    return FakeImage(128 << 20, holding=FakeEncrypted(b"outer", FakeVolumeGroup("vg", "v", "p", (
        FakeVolume("safe", 64 << 20, inner),
    )), "7-7"))  # fmt: skip


IMAGES: dict[str, Callable[[], FakeImage]] = {
    "/images/debian.qcow2": contract_image,
    "/images/two.img": two_file_systems,
    "/images/hostile.img": hostile,
    "/images/hostile-system.img": hostile_system,
    "/images/locked\x1b[31m.img": locked_image,
    "/images/archive.img": lambda: disk(
        (32, FakeFileSystem("ext4", lambda: folder({b"one.tar": file(b"as it is")}), "", "5-5"))
    ),
    "/images/locked.img": locked_image,
    "/images/nested.img": nested,
    "/images/journal.img": journal_image,
    "/images/base.img": database_image,
    "/images/nothing.img": lambda: disk((32, FakeFileSystem("swap", None, "", "4-4"))),
}
Run = Callable[..., Outcome]


@pytest.fixture
def fake() -> FakeAppliance:
    """Give the appliance of all commands."""
    return FakeAppliance({path: make() for path, make in IMAGES.items()})


@pytest.fixture
def run(
    fake: FakeAppliance, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> Run:
    """Give a function that runs a command to its end."""
    for name in ("PATH", "QEMU", "MEMSIZE", "ACCELERATOR"):
        monkeypatch.delenv(f"CUTAWAY_{name}", raising=False)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(opened, "Handle", functools.partial(Handle, hypervisor=fake))

    def command(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["cutaway", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        output, errors = capfdbinary.readouterr()
        return Outcome(int(ended.value.code or 0), output, errors.decode("utf-8", "replace"))

    return command


@pytest.fixture
def debian() -> str:
    """Give the path of the sample."""
    return "/images/debian.qcow2"
