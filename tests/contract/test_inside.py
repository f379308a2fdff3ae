"""Images that lie in images are opened where they lie. The fake has no files to read, so only qemu is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cutaway import Handle, State
from cutaway.errors import (
    BackingFileError,
    CallInterrupted,
    DestinationError,
    DriveError,
    ImageFormatError,
    ImageIncomplete,
    ImageNotFound,
)
from cutaway.events import Quit
from images import disk
from support.backends import Backend

IMAGES = "/var/lib/images"
LATER = {"later.txt": b"as it was later\n"}


def qemu_img(*arguments: str | Path, cwd: Path | None = None) -> None:
    subprocess.run(["qemu-img", *map(str, arguments)], check=True, cwd=cwd, capture_output=True)


@pytest.fixture(scope="module")
def stack(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a disk in whose file system are images of many kinds, and in one of them is an image again."""
    if not backend.is_real:
        pytest.skip("only qemu reads images")
    folder = tmp_path_factory.mktemp("inside")
    inner = disk.make_filesystem(folder / "inner.img").read_bytes()
    raw = disk.in_partition(folder / "raw.img", inner)
    tree = folder / "tree"
    images = tree / IMAGES[1:]
    images.mkdir(parents=True)
    qemu_img("convert", "-O", "qcow2", raw, images / "web.qcow2")
    qemu_img("snapshot", "-c", "kept", images / "web.qcow2")
    for kind in ("vmdk", "vhdx", "vdi", "vpc"):
        qemu_img("convert", "-O", kind, raw, images / f"web.{kind}")
    shutil.copy(raw, images / "raw.img")
    flat = images / "flat.vmdk"
    half = raw.stat().st_size // 1024 * 512
    for number in (0, 1):
        (images / f"flat-f{number}").write_bytes(raw.read_bytes()[number * half :][: half if number == 0 else None])
    sectors = [half // 512, (raw.stat().st_size - half) // 512]
    parts = [f'RW {count} FLAT "flat-f{number}" 0' for number, count in enumerate(sectors)]
    flat.write_text("# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\n" + "\n".join(parts) + "\n")
    subprocess.run(["tar", "-C", images, "-cf", images / "web.ova", "web.vmdk"], check=True)
    qemu_img("create", "-f", "qcow2", "-b", "web.qcow2", "-F", "qcow2", "over.qcow2", cwd=images)
    for name, backing in (("passwd", "/etc/passwd"), ("self", "self.qcow2"), ("up", "../../../../../../etc/passwd")):
        qemu_img("create", "-u", "-f", "qcow2", "-b", backing, "-F", "raw", images / f"{name}.qcow2", "1M")
    qemu_img("create", "-u", "-f", "qcow2", "-b", "nbd://host/x", "-F", "raw", images / "net.qcow2", "1M")
    qemu_img("create", "-f", "qcow2", "-o", f"data_file={images}/raw.data", images / "data.qcow2", "1M")
    (images / "half.qcow2").write_bytes((images / "web.qcow2").read_bytes()[:400_000])
    (images / "empty.img").write_bytes(b"")
    (images / "link.img").symlink_to("raw.img")
    middle = disk.make_filesystem(
        folder / "middle.img", {"deep/web.qcow2": (images / "web.qcow2").read_bytes()}, mib=48
    )
    shutil.copy(middle, images / "middle.img")
    environment = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    outer = folder / "outer.raw"
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", tree, outer, "400M"], check=True, env=environment)
    qemu_img("convert", "-O", "qcow2", outer, folder / "outer.qcow2")
    return outer


def launched(image: Path, *, is_written: bool = False) -> Handle:
    handle = Handle()
    handle.add_drive(image)
    handle.launch()
    handle.mount_options("" if is_written else "ro", "/dev/sda", "/")
    return handle


@pytest.fixture(scope="module", params=["raw", "qcow2", "guest"])
def outer(request: pytest.FixtureRequest, stack: Path) -> Iterator[Handle]:
    """Give a handle that shows it: plain, through qemu, and so that only the guest can read."""
    is_written = request.param == "guest"
    with launched(stack if is_written else stack.with_suffix(f".{request.param}"), is_written=is_written) as handle:
        assert (handle.content_map(f"{IMAGES}/raw.img", ["drive0"]).extents is None) == is_written
        yield handle


@pytest.fixture(scope="module")
def plain(stack: Path) -> Iterator[Handle]:
    with launched(stack) as handle:
        yield handle


@pytest.fixture(scope="module")
def machine(stack: Path) -> Iterator[Handle]:
    """Give a launched handle without drives."""
    with Handle() as handle:
        handle.launch()
        yield handle


def read_all(machine: Handle, outer: Handle, name: str, **options: Any) -> dict[str, bytes]:
    """Return the contents of the files in an image that lies in another; it is attached only meanwhile."""
    drive = machine.add_drive_inside(outer, f"{IMAGES}/{name}", **options)
    try:
        machine.mount_ro(next(iter(machine.list_filesystems())), "/")
        return {name: machine.cat(f"/{name}") for name in disk.FILES}
    finally:
        machine.umount_all()
        machine.remove_drive(drive)


@pytest.mark.parametrize("name", ["raw.img", "web.qcow2", "over.qcow2", "web.vhdx"])
def test_an_image_is_read_where_it_lies(machine: Handle, outer: Handle, name: str) -> None:
    assert read_all(machine, outer, name) == disk.FILES


@pytest.mark.parametrize("name", ["web.vmdk", "web.vdi", "web.vpc", "web.ova", "flat.vmdk", "link.img"])
def test_all_kinds_of_images_are_read(machine: Handle, plain: Handle, name: str) -> None:
    assert read_all(machine, plain, name) == disk.FILES


def test_a_volume_that_holds_a_disk_is_read(machine: Handle, stack: Path) -> None:
    with Handle() as outer:
        outer.add_drive_scratch(64 << 20)
        outer.launch()
        outer.pvcreate("/dev/sda")
        outer.vgcreate("hypervisor", ["/dev/sda"])
        for name, mib in (("first", 8), ("guest", 20)):
            outer.lvcreate(name, "hypervisor", mib)
        outer.lvresize("/dev/hypervisor/first", 16)  # now in two pieces
        outer.upload(str(stack.with_name("raw.img")), "/dev/hypervisor/guest")
        for device in ("/dev/hypervisor/guest", "/dev/sda"):
            drive = machine.add_drive_inside(outer, device)
            assert machine.pread_device("/dev/sda", 512, 0) == outer.pread_device(device, 512, 0)
            if device != "/dev/sda":
                machine.mount_ro("/dev/sda1", "/")
                assert machine.cat("/more/blob.bin") == disk.FILES["more/blob.bin"]
                for at in range(0, 20 << 20, 1 << 20):
                    part = machine.pread_device("/dev/sda", 1 << 20, at)
                    assert part == outer.pread_device(device, 1 << 20, at)
                machine.umount_all()
            machine.vg_activate_all(activate=False)
            machine.remove_drive(drive)
        with pytest.raises(ImageNotFound, match="/dev/hypervisor/none does not exist"):
            machine.add_drive_inside(outer, "/dev/hypervisor/none")


def test_what_lies_compressed_is_read_by_the_guest(machine: Handle, stack: Path) -> None:
    with Handle() as outer:
        outer.add_drive_scratch(400 << 20)
        outer.launch()
        outer.mkfs("btrfs", "/dev/sda")
        outer.mount("/dev/sda", "/")
        outer.mkdir_p(IMAGES)
        outer.upload(str(stack.with_name("raw.img")), f"{IMAGES}/raw.img")
        outer.btrfs_filesystem_defragment(f"{IMAGES}/raw.img", flush=True, compress="zstd")
        outer.umount_all()
        outer.mount_ro("/dev/sda", "/")
        assert outer.content_map(f"{IMAGES}/raw.img", ["drive0"]).extents is None
        assert read_all(machine, outer, "raw.img") == disk.FILES


def test_a_point_in_time_of_it_is_shown(machine: Handle, plain: Handle) -> None:
    assert read_all(machine, plain, "web.qcow2", snapshot="kept") == disk.FILES
    with pytest.raises(ImageFormatError, match="no snapshot 'never'"):
        machine.add_drive_inside(plain, f"{IMAGES}/web.qcow2", snapshot="never")


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("passwd.qcow2", BackingFileError, "outer.raw:/etc/passwd does not exist"),
        ("up.qcow2", BackingFileError, "outer.raw:.*etc/passwd does not exist"),
        ("self.qcow2", BackingFileError, "is its own backing file"),
        ("net.qcow2", BackingFileError, "builds on 'nbd://host/x', which is no plain file"),
        ("data.qcow2", BackingFileError, "keeps its data in another file"),
        ("half.qcow2", ImageIncomplete, "half.qcow2 is incomplete"),
        ("empty.img", DriveError, "empty.img is empty"),
        ("none.img", ImageNotFound, "outer.raw:/var/lib/images/none.img does not exist"),
        ("", DriveError, "cannot be opened as an image"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_a_sentence(
    machine: Handle, plain: Handle, name: str, error: type[DriveError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        machine.add_drive_inside(plain, f"{IMAGES}/{name}")
    assert machine.drives == ()
    assert read_all(machine, plain, "raw.img") == disk.FILES


def test_an_incomplete_image_can_be_allowed(machine: Handle, plain: Handle) -> None:
    with pytest.raises(ImageIncomplete) as refused:
        machine.add_drive_inside(plain, f"{IMAGES}/half.qcow2")
    drive = machine.add_drive_inside(plain, f"{IMAGES}/half.qcow2", allowed=frozenset({refused.value.file}))
    machine.remove_drive(drive)


def test_an_image_in_an_image_in_an_image(stack: Path, plain: Handle, machine: Handle) -> None:
    with Handle() as middle:
        middle.add_drive_inside(plain, f"{IMAGES}/middle.img")
        middle.launch()
        middle.mount_ro("/dev/sda", "/")
        drive = machine.add_drive_inside(middle, "/deep/web.qcow2")
        assert drive.path == f"{stack}:{IMAGES}/middle.img:/deep/web.qcow2"
        machine.mount_ro("/dev/sda1", "/")
        assert machine.cat("/hello.txt") == disk.FILES["hello.txt"]
        with pytest.raises(ValueError, match="cannot lie in itself"):
            plain.add_drive_inside(machine, "/hello.txt")
        with Handle() as third:
            third.add_drive_inside(machine, "/hello.txt")
            with Handle() as fourth, pytest.raises(DriveError, match="lies in more than 3 images"):
                fourth.add_drive_inside(third, "/hello.txt")
        machine.umount_all()
        machine.remove_drive(drive)


def test_nothing_that_is_brought_out_replaces_the_outer_image(machine: Handle, plain: Handle, stack: Path) -> None:
    drive = machine.add_drive_inside(plain, f"{IMAGES}/raw.img")
    machine.mount_ro("/dev/sda1", "/")
    with pytest.raises(DestinationError, match="is what would be read"):
        machine.download("/hello.txt", str(stack))
    machine.umount_all()
    machine.remove_drive(drive)


def opened(outer: Handle) -> Handle:
    inner = Handle()
    inner.add_drive_inside(outer, f"{IMAGES}/web.qcow2")
    inner.launch()
    inner.mount_ro("/dev/sda1", "/")
    return inner


def read_on(inner: Handle) -> None:
    """Read until something happens; what has been read is forgotten each time."""
    while True:
        inner.drop_caches(3)
        inner.cat("/more/blob.bin")


def test_when_the_outer_appliance_dies_the_inner_one_ends_and_both_are_started_again(stack: Path) -> None:
    reasons: list[str] = []
    with launched(stack.with_suffix(".qcow2")) as outer, opened(outer) as inner:
        inner.on(Quit, lambda event: reasons.append(event.reason))
        outer.kill_subprocess()
        deadline = time.monotonic() + 20
        while inner.state is not State.CONFIG and time.monotonic() < deadline:
            time.sleep(0.02)
        assert inner.state is State.CONFIG
        assert "web.qcow2 cannot be read any more: the appliance that shows its image has ended" in reasons[0]
        inner.launch()
        assert outer.state is State.READY
        inner.mount_ro("/dev/sda1", "/")
        assert inner.cat("/hello.txt") == disk.FILES["hello.txt"]


def test_a_call_that_is_cut_off_by_the_outer_end_says_so(stack: Path) -> None:
    with launched(stack.with_suffix(".qcow2")) as outer, opened(outer) as inner:
        inner.on(Quit, lambda _: None)
        inner._worker.submit(_kill_soon(outer))
        with pytest.raises(CallInterrupted, match=r"web\.qcow2 cannot be read any more"):
            read_on(inner)


async def _kill_soon(outer: Handle) -> None:
    outer.kill_subprocess()


def test_a_plain_image_is_read_on_without_its_appliance(stack: Path) -> None:
    with launched(stack) as outer, opened(outer) as inner:
        outer.kill_subprocess()
        assert inner.cat("/more/blob.bin") == disk.FILES["more/blob.bin"]


def test_when_the_outer_handle_is_closed_the_inner_one_ends_and_says_why(stack: Path) -> None:
    outer = launched(stack)
    with opened(outer) as inner:
        begun = time.monotonic()
        outer.close()
        with pytest.raises(CallInterrupted, match="its image has been closed"):
            read_on(inner)
        assert time.monotonic() - begun < 10
        with pytest.raises(DriveError, match="its image has been closed"):
            inner.launch()


def test_when_the_inner_appliance_dies_it_can_be_started_again(stack: Path) -> None:
    with launched(stack) as outer, opened(outer) as inner:
        inner.kill_subprocess()
        deadline = time.monotonic() + 10
        while inner.state is not State.CONFIG and time.monotonic() < deadline:
            time.sleep(0.02)
        inner.launch()
        inner.mount_ro("/dev/sda1", "/")
        assert inner.cat("/hello.txt") == disk.FILES["hello.txt"]
        assert outer.cat(f"{IMAGES}/flat.vmdk")
