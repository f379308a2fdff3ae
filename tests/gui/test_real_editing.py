"""Editing on booted appliances: what is dropped is in the saved image byte for byte, and never in the image itself."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from cutaway_app.bridge.bulk import Extraction
from cutaway_app.models.jobs import JobState
from gui.harness import Harness
from gui.test_editing import arrive, drop, edit_this, job_of, said
from gui.test_real_qemu import Qemus, Real, backend, qemus, real
from support.backends import Backend

__all__ = ["backend", "qemus", "real"]
pytestmark = pytest.mark.boots_appliance
OLD_NS = 1_234_567_890_000_000_000


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A file that gets a drive of its own, and a folder with small ones and a link."""
    folder = tmp_path / "mine"
    (folder / "tree" / "below").mkdir(parents=True)
    (folder / "large.bin").write_bytes(random.Random(7).randbytes(17 * 1024 * 1024))
    os.utime(folder / "large.bin", ns=(OLD_NS, OLD_NS))
    for number in range(40):
        (folder / "tree" / "below" / f"{number}.txt").write_bytes(b"%d\n" % number * 500)
    (folder / "tree" / "link").symlink_to("below/7.txt")
    return folder


def e2fsck(image: Path) -> subprocess.CompletedProcess[bytes]:
    """Check a saved ext4."""
    tool = shutil.which("e2fsck", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    assert tool is not None
    return subprocess.run([tool, "-fn", str(image)], check=False, capture_output=True)


def test_what_is_dropped_is_in_the_saved_image_and_not_in_the_image(
    real: Real, qemus: Qemus, backend: Backend, files: Path, tmp_path: Path
) -> None:
    saved, root, out = tmp_path / "saved.qcow2", tmp_path / "root.img", tmp_path / "out"
    out.mkdir()
    before = Path(backend.image).read_bytes()

    async def scenario(on: Harness) -> None:
        session = await on.open(backend.image)
        await edit_this(on)
        await on.go(b"/srv")
        assert drop(on, files / "large.bin", files / "tree")
        await arrive(on)
        assert {"large.bin", "tree"} <= set(on.names)
        save = on.program.save_wiring.save
        jobs = [save(session, "/dev/vg0/root", str(root), "raw"), save(session, "/dev/sda", str(saved), "qcow2")]
        await on.until(lambda: jobs[0].state is JobState.RUNNING, jobs[0].changed)
        await on.go(b"/srv/tree/below")
        assert "39.txt" in on.names, "browsing goes on"
        for job in jobs:
            await on.until(lambda job=job: job.is_over, job.changed, timeout_s=120)
            assert job.state is JobState.DONE, job.error
        assert not session.is_unsaved
        assert drop(on, files / "tree" / "below" / "7.txt")
        await arrive(on)
        assert "7 (2).txt" in on.names, "after a save more can be put in"
        again = await on.open(str(saved))
        work = Extraction(again.machine, again.trees[0], (b"/srv/large.bin", b"/srv/tree"), "")
        job = on.program.job_wiring.extract(work, str(out))
        await on.until(lambda: job.is_over, job.changed, timeout_s=120)
        assert job.state is JobState.DONE, job.error

    real(scenario)
    assert (out / "large.bin").read_bytes() == (files / "large.bin").read_bytes()
    assert (out / "large.bin").stat().st_mtime_ns == OLD_NS
    compared = subprocess.run(["diff", "-r", str(files / "tree"), str(out / "tree")], check=False, capture_output=True)
    assert compared.stdout + compared.stderr == b""
    assert (out / "tree" / "link").readlink() == Path("below/7.txt")
    checked = e2fsck(root)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert b"journal recovery" not in checked.stdout + checked.stderr, "it was not unmounted"
    assert Path(backend.image).read_bytes() == before


def test_when_qemu_is_killed_the_loss_is_told_and_the_image_is_shown_again(
    real: Real, qemus: Qemus, backend: Backend, files: Path
) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open(backend.image)
        await edit_this(on)
        await on.go(b"/srv")
        assert drop(on, files / "tree")
        await arrive(on)
        died = on.next(on.program.images.died)
        qemus.note()
        qemus.kill(qemus.handles[0])
        await asyncio.wait_for(died, 40)
        assert "not saved is lost" in said(on)
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert not session.is_edited
        assert "tree" not in on.names

    real(scenario)


def test_a_large_put_is_cancelled_and_leaves_nothing(real: Real, qemus: Qemus, backend: Backend, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open(backend.image)
        await edit_this(on)
        await on.go(b"/srv")
        names = on.names
        assert drop(on, files / "large.bin")
        job = job_of(on)
        await on.until(lambda: job.state is JobState.RUNNING, job.changed)
        on.window.shelf.cancel_requested.emit(job.id)
        await on.until(lambda: job.is_over, job.changed, timeout_s=60)
        assert job.state is JobState.CANCELLED
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["hidden"].setChecked(True)
        on.program.navigator.reload()
        await listed
        assert on.names == names
        assert not session.is_unsaved

    real(scenario)
