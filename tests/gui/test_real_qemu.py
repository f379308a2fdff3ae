"""The window on booted appliances: qemu is killed at its worst moments, and the window goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import qasync
from cutaway.aio import AsyncHandle
from cutaway.testing.locked import SYSTEM_KEY
from cutaway_app.bridge.bulk import Extraction
from cutaway_app.bridge.sample import Sample
from cutaway_app.models.jobs import JobState
from cutaway_app.program import Program
from cutaway_app.settings import WindowSettings
from gui.conftest import Scenario
from gui.harness import Harness
from images import disk, two_disks
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from support.backends import Backend, real_backend

pytestmark = pytest.mark.boots_appliance
Real = Callable[[Scenario], None]


class Qemus:
    """The handles that were made, and their processes."""

    def __init__(self) -> None:
        self.handles: list[AsyncHandle] = []
        self.seen: set[int] = set()

    def make(self, _path: str) -> AsyncHandle:
        """Make a handle and remember it."""
        self.handles.append(AsyncHandle())
        return self.handles[-1]

    def kill(self, handle: AsyncHandle) -> None:
        """Kill the qemu of a handle, as the system does when memory is short."""
        assert handle.pid is not None
        os.kill(handle.pid, signal.SIGKILL)

    def note(self) -> None:
        """Remember which processes there are."""
        self.seen |= {handle.pid for handle in self.handles if handle.pid is not None}

    @property
    def alive(self) -> set[int]:
        """Those that were seen and still run."""
        return {pid for pid in self.seen if os.path.exists(f"/proc/{pid}")}


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    return real_backend(tmp_path_factory.mktemp("real"))


@pytest.fixture
def qemus() -> Qemus:
    return Qemus()


@pytest.fixture
def real(qapp: QApplication, qemus: Qemus, tmp_path: Path) -> Real:
    """Run a scenario with the window on true appliances."""

    async def run(scenario: Scenario) -> None:
        settings = WindowSettings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
        program = Program(qemus.make, settings, Sample("/none"), standby=True)
        try:
            program.start([])
            await scenario(Harness(program, None))  # type: ignore[arg-type]
            qemus.note()
        finally:
            await program.close()

    def play(scenario: Scenario) -> None:
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qapp, already_running=False)) as runner:
            runner.run(run(scenario))
        assert qemus.seen
        assert qemus.alive == set()

    return play


def test_qemu_dies_while_idle_and_a_restart_keeps_the_place(real: Real, qemus: Qemus, backend: Backend) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open(backend.image)
        await on.go(b"/etc")
        died = on.next(on.program.images.died)
        qemus.note()
        qemus.kill(qemus.handles[0])
        await died
        assert session.death
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert on.place.path == b"/etc"
        assert "hostname" in on.names
        await on.go(b"/boot")

    real(scenario)


def test_qemu_dies_in_the_middle_of_a_listing(real: Real, qemus: Qemus, backend: Backend) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open(backend.image)
        died, began = on.next(on.program.images.died), on.next(on.models.table.modelReset)
        on.program.navigator.go(type(on.place)(session, 0, b"/srv/many"))
        await began
        qemus.kill(qemus.handles[0])
        await died
        await on.until(lambda: not on.program.navigator.is_busy, on.program.navigator.busy_changed)
        assert not on.models.table.is_listing
        listed = on.next(on.models.table.listing_finished)
        on.program.image_wiring.restart(session)
        await listed
        assert on.models.table.rowCount() == 5000

    real(scenario)


def test_a_job_outlives_the_appliance_that_is_browsed_and_the_other_way_round(
    real: Real, qemus: Qemus, backend: Backend, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.mkdir()

    async def scenario(on: Harness) -> None:
        session = await on.open(backend.image)
        work = Extraction(session.machine, session.trees[0], (b"/srv/many",), "")
        job = on.program.job_wiring.extract(work, str(target))
        await on.until(lambda: job.files_total > 0, job.changed)
        qemus.kill(qemus.handles[0])
        await on.until(lambda: job.is_over, job.changed, timeout_s=100)
        assert job.state is JobState.DONE, job.error
        assert len(os.listdir(target / "many")) == 5000
        again = on.program.job_wiring.extract(work, str(target))
        await on.until(lambda: again.files_total > 0, again.changed)
        qemus.kill(qemus.handles[-1])
        await on.until(lambda: again.is_over, again.changed)
        assert again.state is JobState.DONE, again.error
        assert sorted(os.listdir(target)) == ["many", "many (2)"]
        assert len(os.listdir(target / "many (2)")) == 5000

    real(scenario)


def test_closing_in_the_middle_of_everything_leaves_no_qemu(
    real: Real, qemus: Qemus, backend: Backend, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.mkdir()

    async def scenario(on: Harness) -> None:
        session = await on.open(backend.image)
        work = Extraction(session.machine, session.trees[0], (b"/srv",), "")
        job = on.program.job_wiring.extract(work, str(target))
        await on.until(lambda: job.files_total > 0, job.changed)
        on.program.navigator.go(type(on.place)(session, 0, b"/srv/many"))
        qemus.note()
        on.answer_closing("Stop and Close")
        await on.close()
        assert qemus.alive == set()
        assert os.listdir(target) == []

    real(scenario)


def test_a_drive_and_a_volume_are_saved_but_never_over_the_image(
    real: Real, qemus: Qemus, backend: Backend, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.mkdir()
    before = Path(backend.image).read_bytes()

    async def scenario(on: Harness) -> None:
        session = await on.open(backend.image)
        save = on.program.save_wiring.save
        unwanted = save(session, "/dev/sda", str(target / "unwanted.img"), "raw")
        await on.until(lambda: unwanted.bytes_total > 0, unwanted.changed)
        on.window.shelf.cancel_requested.emit(unwanted.id)
        await on.until(lambda: unwanted.is_over, unwanted.changed)
        assert unwanted.state is JobState.CANCELLED
        assert os.listdir(target) == []
        (target / "other.qcow2").hardlink_to(backend.image)
        job = save(session, "/dev/sda", str(target / "drive.qcow2"), "raw")
        volume = save(session, "/dev/vg0/root", str(target / "root.img"), "qcow2")
        itself = save(session, "/dev/sda", str(target / "other.qcow2"), "qcow2")
        await on.until(lambda: job.bytes_done > 0, job.changed)
        assert session.survey is not None
        assert job.bytes_total == session.survey.devices[0].size_bytes
        for one in (job, volume, itself):
            await on.until(lambda one=one: one.is_over, one.changed, timeout_s=100)
        assert (job.state, volume.state) == (JobState.DONE, JobState.DONE), (job.error, volume.error)
        assert itself.state is JobState.FAILED
        assert "never written" in on.window.banner.accessibleDescription()
        assert session.death == ""

    real(scenario)
    assert sorted(os.listdir(target)) == ["drive.qcow2", "other.qcow2", "root.img"]
    assert Path(backend.image).read_bytes() == before
    compare = ["qemu-img", "compare", backend.image, str(target / "drive.qcow2")]
    assert subprocess.run(compare, check=False, capture_output=True).returncode == 0
    assert (target / "root.img").read_bytes()[0x438:0x43A] == b"\x53\xef", "an ext4 by itself"


def test_what_was_unlocked_comes_back_after_a_kill_and_jobs_unlock_it_themselves(
    real: Real, qemus: Qemus, backend: Backend, tmp_path: Path
) -> None:
    async def scenario(on: Harness) -> None:
        window, table = on.window, on.models.table

        def is_listed() -> bool:
            return window.pages.currentWidget() is window.browser and not table.is_listing

        on.program.image_wiring.open([backend.locked()])
        await on.until(lambda: window.pages.currentWidget() is window.unlock, window.pages.currentChanged)
        window.unlock.line.setText(SYSTEM_KEY)
        window.unlock.unlock_button.click()
        await on.until(is_listed, table.listing_finished, window.pages.currentChanged, timeout_s=60)
        (session,) = on.models.sidebar.sessions
        died = on.next(on.program.images.died)
        qemus.kill(next(handle for handle in qemus.handles if handle.drives))
        await died
        listed = on.next(table.listing_finished)
        on.program.image_wiring.restart(session)
        await asyncio.wait_for(listed, 60)
        assert "etc" in on.names
        job = on.program.jobs.add(Extraction(session.machine, session.trees[0], (b"/etc/hostname",), str(tmp_path)))
        await on.until(lambda: job.is_over, job.changed, timeout_s=60)
        assert job.state is JobState.DONE
        assert (tmp_path / "hostname").read_bytes() == b"vault\n"

    real(scenario)


def test_a_volume_over_two_disks_is_shown_once_both_are_there(real: Real, tmp_path: Path) -> None:
    one, two = two_disks.build(tmp_path)

    async def scenario(on: Harness) -> None:
        window, program = on.window, on.program
        on.program.image_wiring.open([str(one)])
        await on.until(lambda: window.pages.currentWidget() is window.overview, window.pages.currentChanged)
        (session,) = on.models.sidebar.sessions
        assert session.survey is not None
        assert session.survey.lacks_disk
        program.further_disks.add(session, [str(two)])
        await on.until(lambda: two_disks.NAME in on.names, on.models.table.listing_finished)
        assert session.warnings == []
        assert session.chains == [(str(one),), (str(two),)]
        out = tmp_path / "out"
        out.mkdir()
        path = f"/{two_disks.NAME}".encode()
        job = program.jobs.add(Extraction(session.machine, session.trees[on.place.tree], (path,), str(out)))
        await on.until(lambda: job.is_over, job.changed, timeout_s=60)
        assert job.state is JobState.DONE
        assert (out / two_disks.NAME).read_bytes() == two_disks.CONTENT

    real(scenario)


def test_the_appliance_of_the_outer_image_dies_and_an_image_in_it_is_started_again(
    real: Real, qemus: Qemus, backend: Backend, tmp_path: Path
) -> None:
    content = Path(backend.image).read_bytes()
    outer = tmp_path / "outer.qcow2"
    raw = disk.make_filesystem(tmp_path / "outer.img", {"web.qcow2": content}, mib=len(content) // disk.MIB + 40)
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", raw, outer], check=True)
    target = tmp_path / "target"
    target.mkdir()

    async def scenario(on: Harness) -> None:
        await on.open(str(outer))
        on.select(b"web.qcow2")
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["open_inside"].trigger()
        await listed
        session = on.place.session
        await on.go(b"/etc")
        engine = on.program.images.engine(session)
        assert engine is not None
        (below,) = engine._handle._taken_over
        died = on.next(on.program.images.died)
        qemus.note()
        assert below.pid is not None
        os.kill(below.pid, signal.SIGKILL)
        await died
        assert "web.qcow2 cannot be read any more" in session.death
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert on.place.path == b"/etc"
        job = on.program.job_wiring.extract(Extraction(session.machine, session.trees[0], (b"/etc",), ""), str(target))
        await on.until(lambda: job.is_over, job.changed, timeout_s=100)
        assert job.state is JobState.DONE, job.error
        assert (target / "etc/hostname").exists()
        qemus.seen.add(below.pid)

    real(scenario)
