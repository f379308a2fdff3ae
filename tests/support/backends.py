"""What carries the contract tests' handles: an appliance in memory, or a booted one with the same image for real."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Never

import pytest
from cutaway import AsyncHandle, Handle
from cutaway.appliance_path import find_appliance
from cutaway.errors import ApplianceMissing
from cutaway.hypervisor import Hypervisor
from cutaway.testing import (
    FakeAppliance,
    FakeEncrypted,
    FakeImage,
    contract_image,
    journal_image,
    locked_image,
    windows_image,
)

FAKE_IMAGE, FAKE_LOCKED, FAKE_SLOW = "/images/sample.qcow2", "/images/locked.img", "/images/slow.img"
FAKE_WINDOWS, FAKE_JOURNAL = "/images/windows.img", "/images/journal.img"


def skip_or_fail(reason: str) -> Never:
    """Skip a test with a reason; in CI, where everything can be had, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must not skip: {reason}")
    pytest.skip(reason)


class Backend:
    """Makes handles.

    Attributes:
        image: The path of the sample image.
        locked: Gives the path of the image with encrypted volumes, made when it is first asked for.
        slow: The same for an encrypted volume that fills a drive, and that takes long to unlock.
        windows, journal: The same for the samples with a Windows, and with a journal of systemd.
        is_real: Whether a machine is booted.
    """

    def __init__(
        self,
        image: str,
        hypervisor: Callable[[], Hypervisor | None],
        locked: Callable[[], str],
        slow: Callable[[], str],
        windows: Callable[[], str],
        journal: Callable[[], str],
        *,
        is_real: bool,
    ) -> None:
        self.image = image
        self.locked, self.slow, self.windows, self.journal = map(cache, (locked, slow, windows, journal))
        self.is_real = is_real
        self._hypervisor = hypervisor

    def handle(self) -> Handle:
        """Return a new handle with the sample added, not launched."""
        handle = self.empty_handle()
        handle.add_drive_ro(self.image)
        return handle

    def empty_handle(self) -> Handle:
        """Return a new handle without drives."""
        return Handle(hypervisor=self._hypervisor())

    def async_handle(self) -> AsyncHandle:
        """Return a new awaitable handle without drives, for the loop that runs now."""
        return AsyncHandle(hypervisor=self._hypervisor())


def fake_backend() -> Backend:
    """Return the backend in memory."""
    slow = FakeImage(64 << 20, holding=FakeEncrypted(b"slow", derive_s=60))
    images = {
        FAKE_IMAGE: contract_image(), FAKE_LOCKED: locked_image(), FAKE_SLOW: slow, FAKE_WINDOWS: windows_image(),
        FAKE_JOURNAL: journal_image(),
    }  # fmt: skip
    return Backend(
        FAKE_IMAGE, lambda: FakeAppliance(images), lambda: FAKE_LOCKED, lambda: FAKE_SLOW, lambda: FAKE_WINDOWS,
        lambda: FAKE_JOURNAL, is_real=False,
    )  # fmt: skip


def real_backend(folder: Path) -> Backend:
    """Return the backend that boots; skip if that cannot be."""
    from images import journal as journals  # noqa: PLC0415 only where it is needed
    from images import locked_image as locked_images  # noqa: PLC0415 only where it is needed
    from images import sample_image  # noqa: PLC0415 only where it is needed
    from images import windows as windows_disks  # noqa: PLC0415 only where it is needed

    if shutil.which(os.environ.get("CUTAWAY_QEMU", "qemu-system-x86_64")) is None:
        skip_or_fail("no qemu-system-x86_64 is installed")
    try:
        find_appliance()
    except ApplianceMissing as error:
        skip_or_fail(str(error))
    if missing := sample_image.missing_tools():
        skip_or_fail(f"the sample image needs {', '.join(missing)}")
    image = folder / "sample.qcow2"
    sample_image.build(image)

    def locked() -> str:
        if missing := locked_images.missing_tools():
            skip_or_fail(f"the locked image needs {', '.join(missing)}")
        locked_images.build(folder / "locked.img")
        return str(folder / "locked.img")

    def slow() -> str:
        locked_images.make_volume(folder / "slow.img", 64 << 20, b"slow", *locked_images.SLOW)
        return str(folder / "slow.img")

    def windows() -> str:
        windows_disks.build(folder / "windows.img")
        return str(folder / "windows.img")

    def journal() -> str:
        if not journals.PROGRAM.exists():
            skip_or_fail("systemd-journal-remote is not installed")
        journals.build(folder / "journal.img")
        return str(folder / "journal.img")

    return Backend(str(image), lambda: None, locked, slow, windows, journal, is_real=True)
