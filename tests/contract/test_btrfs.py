"""Contents on btrfs are read by the host where they lie, and are what the kernel reads there, damage included."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.compat.guestfs import GuestFS
from cutaway.errors import GuestError
from cutaway.runner import _subvolume
from cutaway.transfer.archive_format import ArchiveFormat
from cutaway.transfer.policy import ExtractPolicy
from images import btrfs
from support.backends import Backend, skip_or_fail
from support.trees import describe

Images = dict[str, list[Path]]
#: What lies in no chunk as it is, or not yet: profile → how many files of the tree come through the guest.
THROUGH_GUEST = {"single": 3, "dup": 4, "raid1": 4, "two": 3}
SECTOR = 4096


@pytest.fixture(scope="session")
def pristine(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Images:
    """Give the images, which nobody may change."""
    if not backend.is_real:
        pytest.skip("only real file systems have chunks")
    if missing := btrfs.missing_tools():
        skip_or_fail(f"the images need {', '.join(missing)}")
    return btrfs.build(tmp_path_factory.mktemp("btrfs"))


@pytest.fixture
def damaged(pristine: Images, tmp_path: Path) -> Callable[[str, str], list[Path]]:
    """Give a function that copies the images of a profile, and damages what a file's content lies on."""

    def damage(profile: str, path: str) -> list[Path]:
        copies = [tmp_path / image.name for image in pristine[profile]]
        for image, copy in zip(pristine[profile], copies, strict=True):
            subprocess.run(["cp", "--sparse=always", image, copy], check=True)
        with mounted(copies) as handle:
            found = handle.content_map(path, [f"drive{number}" for number in range(len(copies))])
        assert found.extents
        drive, _, offset, _ = found.extents[:4]
        with copies[drive].open("r+b") as image:
            image.seek(offset + SECTOR)
            image.write(b"damaged")
        return copies

    return damage


@contextmanager
def mounted(images: list[Path], *, readonly: bool = True) -> Iterator[Handle]:
    """Give a handle with the images as its drives, the first of them mounted."""
    with Handle() as handle:
        for image in images:
            handle.add_drive(image, format="raw" if image.suffix == ".raw" else "qcow2")
        handle.launch()
        (handle.mount_ro if readonly else handle.mount)("/dev/sda", "/")
        yield handle


def overlay(image: Path, folder: Path) -> Path:
    """Return a new qcow2 whose content is a raw image's: qemu has to serve it."""
    target = folder / f"{image.stem}.qcow2"
    command = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image, target]
    subprocess.run(command, check=True)
    return target


def extracted(handle: Handle, folder: Path, *, direct: bool) -> Path:
    """Return where the whole tree has been extracted to."""
    out = folder / f"out-{direct}"
    out.mkdir()
    report = handle.copy_out("/", out, policy=ExtractPolicy(read_drives=direct))
    assert report.failures == ()
    return out


@pytest.mark.parametrize("profile", sorted(THROUGH_GUEST))
def test_the_host_reads_what_the_guest_reads(
    pristine: Images, profile: str, ways: Counter[str], tmp_path: Path
) -> None:
    with mounted(pristine[profile]) as handle:
        direct = extracted(handle, tmp_path, direct=True)
        assert ways["guest"] == THROUGH_GUEST[profile]
        assert ways["drive"] > 40
        through_guest = extracted(handle, tmp_path, direct=False)
        assert describe(direct) == describe(through_guest)
        assert describe(direct)[b"root/sub/nested/file"]


@pytest.mark.parametrize("profile", ["single", "two"])
def test_what_qemu_serves_is_the_same(pristine: Images, profile: str, ways: Counter[str], tmp_path: Path) -> None:
    folder = pristine[profile][0].parent
    served = [overlay(image, folder) for image in pristine[profile]]
    with mounted(served) as handle:
        direct = extracted(handle, tmp_path, direct=True)
        assert ways["guest"] == THROUGH_GUEST[profile]
        assert describe(direct) == describe(extracted(handle, tmp_path, direct=False))


def test_drives_of_two_kinds_bring_the_same(pristine: Images, tmp_path: Path) -> None:
    raw, other = pristine["two"]
    with mounted([raw, overlay(other, raw.parent)]) as handle:
        direct = extracted(handle, tmp_path, direct=True)
        assert describe(direct) == describe(extracted(handle, tmp_path, direct=False))


def test_what_is_striped_comes_through_the_guest(pristine: Images, ways: Counter[str], tmp_path: Path) -> None:
    with mounted(pristine["raid0"]) as handle:
        extracted(handle, tmp_path, direct=True)
    assert ways["drive"] == 0


def test_a_file_system_that_can_be_written_comes_through_the_guest(
    pristine: Images, ways: Counter[str], tmp_path: Path
) -> None:
    with mounted(pristine["single"], readonly=False) as handle:
        handle.copy_out("/sub", tmp_path)
    assert ways["drive"] == 0


def test_a_subvolume_that_is_mounted_itself_is_read_by_the_host(
    pristine: Images, ways: Counter[str], tmp_path: Path
) -> None:
    with Handle() as handle:
        handle.add_drive(pristine["single"][0], format="raw")
        handle.launch()
        handle.mount_options("ro,subvol=sub", "/dev/sda", "/")
        handle.copy_out("/nested", tmp_path)
    assert (tmp_path / "nested/file").stat().st_size == 90_000
    assert ways == {"drive": 1}


def test_what_mounts_again_after_a_restart_mounts_the_same_subvolume(pristine: Images) -> None:
    with Handle() as handle:
        handle.add_drive(pristine["single"][0], format="raw")
        handle.launch()
        handle.mount_options("ro,subvol=sub", "/dev/sda", "/")
        before = handle.ls("/")
        (mount,) = handle.mount_table()
        handle.umount_all()
        assert handle.mount_tree([[mount.mountable, mount.mountpoint, _subvolume(mount)]]) == []
        assert handle.ls("/") == before


def test_a_system_in_a_subvolume_has_the_name_that_libguestfs_gives_it(pristine: Images, tmp_path: Path) -> None:
    image, etc = tmp_path / "image", tmp_path / "etc"
    subprocess.run(["cp", "--sparse=always", pristine["single"][0], image], check=True)
    etc.mkdir()
    (etc / "os-release").write_text("ID=debian\nVERSION_ID=12\n")
    (etc / "fstab").write_text("/dev/sda / btrfs subvol=@ 0 1\n/dev/sda /home btrfs subvol=/@home 0 2\n")
    folders = [etc, *(tmp_path / name for name in ("bin", "home"))]
    for folder in folders[1:]:
        folder.mkdir()
    (tmp_path / "bin/sh").write_bytes(b"shell")
    with Handle() as handle:
        handle.add_drive(image, format="raw", readonly=False)
        handle.launch()
        handle.mount_options("subvol=@", "/dev/sda", "/")
        handle.copy_in(folders, "/")
        handle.shutdown()
    g = GuestFS(python_return_dict=True)
    g.add_drive_opts(str(image), readonly=True, format="raw")
    g.launch()
    assert g.inspect_os() == ["btrfsvol:/dev/sda/@"]
    assert g.inspect_get_distro("btrfsvol:/dev/sda/@") == "debian"
    found = g.inspect_get_mountpoints("btrfsvol:/dev/sda/@")
    assert found == {"/": "btrfsvol:/dev/sda/@", "/home": "btrfsvol:/dev/sda/@home"}
    for mountpoint, mountable in sorted(found.items()):
        g.mount_ro(mountable, mountpoint)
    assert (sorted(g.ls("/")), g.ls("/home"), g.vfs_type("btrfsvol:/dev/sda/@")) == (
        ["bin", "etc", "home"],
        [],
        "btrfs",
    )
    g.close()


def test_damage_is_told_as_the_kernel_tells_it(damaged: Callable[[str, str], list[Path]], tmp_path: Path) -> None:
    with mounted(damaged("single", "/sub/file")) as handle:
        report = handle.copy_out("/sub", tmp_path)
        assert [(item.path, item.reason) for item in report.failures] == [(b"/sub/file", "Input/output error")]
        assert not (tmp_path / "sub/file").exists()
        assert (tmp_path / "sub/nested/file").exists()


@pytest.mark.parametrize("profile", ["dup", "raid1"])
def test_the_other_copy_of_what_is_damaged_is_read(
    pristine: Images, damaged: Callable[[str, str], list[Path]], profile: str, tmp_path: Path
) -> None:
    with mounted(pristine[profile]) as handle:
        wanted = handle.checksum("sha256", "/large")
    with mounted(damaged(profile, "/large")) as handle:
        report = handle.copy_out(["/large", "/shared"], tmp_path)
        assert report.failures == ()
        assert report.files == 2
        handle.download("/large", tmp_path / "downloaded")
        assert handle.checksum("sha256", "/large") == wanted
    for name in ("large", "shared", "downloaded"):
        with (tmp_path / name).open("rb") as file:
            assert digest(file.fileno()) == wanted


def digest(descriptor: int) -> str:
    found = subprocess.run(["sha256sum"], stdin=descriptor, capture_output=True, text=True, check=True)
    return found.stdout.split()[0]


def test_damage_fails_a_download(damaged: Callable[[str, str], list[Path]], tmp_path: Path) -> None:
    with mounted(damaged("single", "/large")) as handle, pytest.raises(GuestError) as caught:
        handle.download("/large", tmp_path / "large")
    assert caught.value.errno_name == "EIO"


def test_a_drive_of_a_mirror_that_cannot_be_had_is_not_needed(pristine: Images, tmp_path: Path) -> None:
    alone = tmp_path / "alone.raw"
    shutil.copyfile(pristine["raid1"][1], alone)
    with Handle() as handle:
        handle.add_drive(alone, format="raw")
        handle.launch()
        handle.mount_options("ro,degraded", "/dev/sda", "/")
        found = handle.content_map("/large", ["drive0"])
        assert found.extents
        handle.copy_out("/large", tmp_path)
    assert os.path.getsize(tmp_path / "large") == 24_000_123


@pytest.mark.parametrize("name", ["all.tar", "all.tar.gz", "all.zip"])
def test_damage_is_not_in_an_archive(
    damaged: Callable[[str, str], list[Path]], tmp_path: Path, ways: Counter[str], name: str
) -> None:
    with mounted(damaged("single", "/large")) as handle:
        report = handle.archive_out(["/large", "/sub"], tmp_path / name)
    assert [item.path for item in report.failures] == [b"/large"]
    assert ways["guest"] >= 1
    listed = ["unzip", "-Z1"] if name.endswith("zip") else ["tar", "-tf"]
    found = subprocess.run([*listed, tmp_path / name], check=True, capture_output=True).stdout.splitlines()
    assert b"large" not in found
    assert b"sub/nested/file" in found


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_the_other_copy_of_what_is_damaged_is_in_a_piped_archive(
    pristine: Images, damaged: Callable[[str, str], list[Path]], tmp_path: Path, kind: ArchiveFormat
) -> None:
    with mounted(pristine["dup"]) as handle:
        wanted = handle.checksum("sha256", "/large")
    target = tmp_path / f"all.{kind}"
    writer = subprocess.Popen(["dd", f"of={target}"], stdin=subprocess.PIPE)
    with mounted(damaged("dup", "/large")) as handle, writer as dd:
        assert dd.stdin is not None
        report = handle.archive_out(["/large", "/sub"], dd.stdin.fileno(), kind=kind)
        dd.stdin.close()
    assert report.failures == ()
    unpack = ["unzip", "-q", target] if kind == "zip" else ["tar", "-xf", target]
    subprocess.run(unpack, check=True, cwd=tmp_path)
    with (tmp_path / "large").open("rb") as file:
        assert digest(file.fileno()) == wanted
