"""Whole trees out of the image: true to every byte and attribute, whichever way the contents take."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import DestinationError, GuestError
from cutaway.testing.sample_oddities import HUGE_SIZE
from cutaway.transfer.job import ExtractOptions, TransferProgress
from cutaway.transfer.policy import ExtractPolicy
from support.backends import Backend
from support.trees import describe

ROOT = "/dev/vg0/root"
EVERYTHING = ExtractPolicy(symlinks="keep")


def test_both_ways_bring_the_same(mounted: Handle, backend: Backend, ways: Counter[str], tmp_path: Path) -> None:
    for name, policy in (("direct", EVERYTHING), ("guest", ExtractPolicy(symlinks="keep", read_drives=False))):
        (tmp_path / name).mkdir()
        report = mounted.copy_out("/", tmp_path / name, policy=policy)
        assert report.failures == ()
        if name == "direct" and backend.is_real:
            assert ways["drive"] > 20 * ways["guest"], ways
    assert len(describe(tmp_path / "direct")) > 100
    assert describe(tmp_path / "direct") == describe(tmp_path / "guest")


@pytest.mark.parametrize("read_drives", [True, False])
def test_progress_counts_what_has_to_be_moved_and_the_report_what_is_there(
    mounted: Handle, tmp_path: Path, *, read_drives: bool
) -> None:
    seen: list[TransferProgress] = []
    policy = ExtractPolicy(read_drives=read_drives)
    report = mounted.copy_out("/srv/special/disk.img", tmp_path, policy=policy, on_progress=seen.append)
    assert report.bytes == HUGE_SIZE
    assert all(step.bytes_done <= step.bytes_total < HUGE_SIZE // 1000 for step in seen)
    assert seen[-1].bytes_done == seen[-1].bytes_total > 0


def test_a_file_system_that_can_be_written_is_read_through_the_guest(
    new_handle: Callable[[], Handle], ways: Counter[str], tmp_path: Path
) -> None:
    writable = new_handle()
    writable.launch()
    writable.mount(ROOT, "/")
    (tmp_path / "new").write_bytes(b"from here\n" * 1000)
    writable.upload(tmp_path / "new", "/etc/new")
    writable.copy_out("/etc", tmp_path)
    assert (tmp_path / "etc/new").read_bytes() == b"from here\n" * 1000
    assert ways["drive"] == 0


def test_what_the_guest_has_written_is_read_from_its_overlay(
    new_handle: Callable[[], Handle], backend: Backend, ways: Counter[str], tmp_path: Path
) -> None:
    handle = new_handle()
    handle.launch()
    (tmp_path / "new").write_bytes(os.urandom(100_000))
    handle.mount("/dev/sda1", "/")
    handle.upload(tmp_path / "new", "/new")
    handle.umount_all()
    handle.mount_ro("/dev/sda1", "/")
    (tmp_path / "out").mkdir()
    handle.copy_out("/new", tmp_path / "out")
    assert (tmp_path / "out/new").read_bytes() == (tmp_path / "new").read_bytes()
    if backend.is_real:
        assert ways["drive"]
        assert not ways["guest"]


def test_several_paths_of_several_folders_arrive_in_one_go(mounted: Handle, tmp_path: Path) -> None:
    report = mounted.copy_out(["/etc/hostname", "/srv/names", "/etc/ssh"], tmp_path)
    assert report.destination_paths == tuple(str(tmp_path / name) for name in ("hostname", "names", "ssh"))
    assert sorted(os.listdir(tmp_path)) == ["hostname", "names", "ssh"]


def test_one_of_several_paths_that_is_missing_leaves_nothing(mounted: Handle, tmp_path: Path) -> None:
    with pytest.raises(GuestError):
        mounted.copy_out(["/etc/hostname", "/etc/nowhere"], tmp_path)
    assert os.listdir(tmp_path) == []


def test_every_file_is_proven_and_listed(mounted: Handle, tmp_path: Path) -> None:
    wishes = ExtractOptions(verify=True, checksums=str(tmp_path / "sums"), manifest=str(tmp_path / "list"))
    report = mounted.copy_out(["/srv/documents", "/srv/names", "/srv/links", "/etc"], tmp_path, options=wishes)
    assert report.failures == ()
    checked = subprocess.run(
        ["sha256sum", "--strict", "--quiet", "-c", "sums"], cwd=tmp_path, check=False, capture_output=True
    )
    assert checked.stderr == b""
    assert checked.returncode == 0
    assert len((tmp_path / "sums").read_bytes().splitlines()) == report.files
    listed = [json.loads(line) for line in (tmp_path / "list").read_text().splitlines()]
    left_out = {entry["path"]: entry["left_out"] for entry in listed if "left_out" in entry}
    assert len(left_out) == len(report.skipped)
    assert sum(entry["type"] == "file" for entry in listed) == report.files
    assert "/srv/documents" in {entry["path"] for entry in listed}


def test_a_file_that_differs_from_what_the_guest_reads_is_a_failure(
    mounted: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = "cutaway.transfer.proof._digests"
    monkeypatch.setattr(real, lambda *arguments: ["0" * 64] * len(arguments[2]))
    report = mounted.copy_out("/etc/ssh", tmp_path, options=ExtractOptions(verify=True))
    assert sorted(failure.path for failure in report.failures) == [b"/etc/ssh/ssh_config", b"/etc/ssh/sshd_config"]
    assert os.listdir(tmp_path / "ssh") == []


@pytest.mark.parametrize("device", ["/dev/sda", "/dev/sda1", "/dev/vg0/root"])
def test_a_device_is_saved_as_an_image(handle: Handle, tmp_path: Path, device: str) -> None:
    handle.vg_activate_all(activate=True)
    handle.save_device(device, tmp_path / "saved.qcow2", format="qcow2")
    handle.save_device(device, tmp_path / "saved.raw")
    handle.download(device, tmp_path / "whole")
    compare = ["qemu-img", "compare", "-F", "raw", str(tmp_path / "saved.qcow2"), str(tmp_path / "whole")]
    assert subprocess.run(compare, check=False, capture_output=True).returncode == 0
    assert (tmp_path / "saved.raw").read_bytes() == (tmp_path / "whole").read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["saved.qcow2", "saved.raw", "whole"]


def test_a_device_is_never_saved_over_its_own_image(handle: Handle, backend: Backend, tmp_path: Path) -> None:
    link = tmp_path / "link.qcow2"
    link.symlink_to(backend.image)
    for target in (Path(backend.image), link):
        with pytest.raises(DestinationError, match="what would be read"):
            handle.save_device("/dev/sda", target)
    assert os.listdir(tmp_path) == ["link.qcow2"]


def test_a_device_that_is_not_there_is_not_saved(handle: Handle, tmp_path: Path) -> None:
    with pytest.raises(GuestError):
        handle.save_device("/dev/sdz", tmp_path / "saved")
    assert os.listdir(tmp_path) == []
