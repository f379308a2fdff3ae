"""One suite, two appliances: each test runs against the fake and, marked `boots_appliance`, against a booted one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from cutaway import Handle, State
from cutaway.errors import GuestError
from cutaway.transfer.copy_work import CopyWork
from cutaway.transfer.plan import Planned
from cutaway.transfer.streamed_files import StreamedFiles
from support.backends import Backend, fake_backend, real_backend

ROOT, HOME, BOOT, SWAP = "/dev/vg0/root", "/dev/vg0/home", "/dev/sda1", "/dev/sda2"


@pytest.fixture(scope="session", params=["fake", pytest.param("real", marks=pytest.mark.boots_appliance)])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """Give what makes handles."""
    return fake_backend() if request.param == "fake" else real_backend(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="session")
def shared_handle(backend: Backend) -> Iterator[Handle]:
    """Give one launched handle for all tests that leave it as it was."""
    with backend.handle() as handle:
        handle.launch()
        yield handle


@pytest.fixture
def handle(shared_handle: Handle) -> Iterator[Handle]:
    """Give a launched handle with the sample attached and nothing mounted; launch it again if a test killed it."""
    if shared_handle.state is State.CONFIG:
        shared_handle.launch()
    yield shared_handle
    if shared_handle.state is State.READY:
        shared_handle.umount_all()
        if not _has(shared_handle, ROOT, HOME):
            shared_handle.vg_activate_all(activate=True)


def _has(handle: Handle, *devices: str) -> bool:
    """Return whether there are some devices."""
    with suppress(GuestError):
        return all(map(handle.blockdev_getsize64, devices))
    return False


@pytest.fixture
def mounted(handle: Handle) -> Handle:
    """Give a handle with the whole system mounted read-only."""
    failures = handle.mount_tree([[ROOT, b"/", ""], [BOOT, b"/boot", ""], [HOME, b"/home", ""]])
    assert failures == []
    return handle


@pytest.fixture
def writable(handle: Handle) -> Handle:
    """Give a handle with the root file system mounted read-write, onto the overlay."""
    handle.mount(ROOT, "/")
    return handle


@pytest.fixture
def new_handle(backend: Backend) -> Iterator[Callable[[], Handle]]:
    """Give a function that makes handles with the sample added, not launched; they are closed after the test."""
    made: list[Handle] = []

    def make() -> Handle:
        made.append(backend.handle())
        return made[-1]

    yield make
    for handle in made:
        handle.close()


@pytest.fixture
def backend_handle(backend: Backend) -> Iterator[Handle]:
    """Give a handle without drives, not launched."""
    with backend.empty_handle() as handle:
        yield handle


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the files that take each way: from the drive, or through the guest."""
    counted: Counter[str] = Counter()
    through_guest, from_drive = StreamedFiles._open, CopyWork._opened

    def opened(self: StreamedFiles, entry: Planned) -> None:
        counted["guest"] += 1
        through_guest(self, entry)

    def copied(self: CopyWork, file: object) -> int:
        counted["drive"] += 1
        return from_drive(self, file)  # type: ignore[arg-type] whatever it is, it is passed on

    monkeypatch.setattr(StreamedFiles, "_open", opened)
    monkeypatch.setattr(CopyWork, "_opened", copied)
    return counted


@pytest.fixture(scope="session")
def shared_lab(backend: Backend) -> Iterator[Handle]:
    """Give one launched handle with two empty drives, /dev/sda and /dev/sdb, for what a model in memory has not."""
    if not backend.is_real:
        pytest.skip("only real drives have tables and superblocks")
    with backend.empty_handle() as handle:
        handle.add_drive_scratch(512 << 20)
        handle.add_drive_scratch(320 << 20)
        handle.launch()
        yield handle


@pytest.fixture
def lab(shared_lab: Handle) -> Handle:
    """Give it with nothing mounted, and nothing on the drives that anybody knows."""
    if shared_lab.state is State.CONFIG:
        shared_lab.launch()
    shared_lab.umount_all()
    shared_lab.lvm_remove_all()
    for drive in ("/dev/sda", "/dev/sdb"):
        shared_lab.zero(drive)
        shared_lab.blockdev_rereadpt(drive)
    return shared_lab


@pytest.fixture(scope="module")
def notebook_handle(backend: Backend) -> Iterator[Handle]:
    """Give a launched handle with two empty file systems for all tests of a module: ext4, and a small one, ext2."""
    with backend.empty_handle() as handle:
        for size_mib in (64, 8):
            handle.add_drive_scratch(size_mib << 20)
        handle.launch()
        handle.mkfs("ext4", "/dev/sda")
        handle.mkfs("ext2", "/dev/sdb")
        yield handle


@pytest.fixture
def notebook(notebook_handle: Handle) -> Iterator[Handle]:
    """Give it with the first mounted, in which there is a new folder, /desk."""
    handle = notebook_handle
    handle.mount("/dev/sda", "/")
    handle.rm_rf("/desk")
    handle.mkdir("/desk")
    yield handle
    handle.umask(0o022)
    handle.umount_all()
