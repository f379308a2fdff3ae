"""A compatible handle on an appliance in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.compat.guestfs import GuestFS
from cutaway.settings import Settings
from cutaway.testing import FakeAppliance, FakeImage, contract_image

ROOT = "/dev/vg0/root"


class FakeGuestFS(GuestFS):
    """A handle whose appliance is in memory, with one image.

    Attributes:
        content: Makes what is in the image.
        settings: What the last appliance was started with.
    """

    image = ""
    content: Callable[[], FakeImage] = staticmethod(contract_image)
    settings = Settings()

    def _new_handle(self, settings: Settings) -> Handle:
        self.settings = settings
        return Handle(settings, hypervisor=FakeAppliance({self.image: self.content()}))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRACE", "DEBUG", "MEMSIZE", "HV", "QEMU", "BACKEND_SETTINGS", "BACKEND", "PATH"):
        monkeypatch.delenv(f"LIBGUESTFS_{name}", raising=False)
    for name in ("PATH", "QEMU", "MEMSIZE", "ACCELERATOR"):
        monkeypatch.delenv(f"CUTAWAY_{name}", raising=False)


@pytest.fixture
def image(tmp_path: Path) -> str:
    """Give the path of an image; the file is there, its content is in the fake."""
    path = tmp_path / "sample.qcow2"
    path.write_bytes(b"content")
    return str(path)


@pytest.fixture
def make(image: str) -> Iterator[Callable[..., FakeGuestFS]]:
    """Give a function that makes handles; they are closed after the test."""
    made: list[FakeGuestFS] = []

    def new(**options: bool) -> FakeGuestFS:
        handle = FakeGuestFS(**options)
        handle.image = image
        made.append(handle)
        return handle

    yield new
    for handle in made:
        if not handle._is_closed:
            handle.close()


@pytest.fixture
def launched(make: Callable[..., FakeGuestFS], image: str) -> FakeGuestFS:
    """Give a launched handle with the sample read-only."""
    handle = make()
    handle.add_drive_ro(image)
    handle.launch()
    return handle


@pytest.fixture
def g(launched: FakeGuestFS) -> FakeGuestFS:
    """Give a launched handle with the root file system mounted."""
    launched.mount(ROOT, "/")
    return launched
