"""Arrays that are not as usual: of whole drives, within each other, encrypted, with names that clash or do harm."""

from __future__ import annotations

import os
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from end_to_end.command import good
from images import locked_image
from images.raid_members import MIB, SECTOR, WHOLE, Member, checksum, data_start, empty, partition, where_it_lies, write
from support.backends import skip_or_fail

SIZE = 16 * MIB
KEY = b"a key"
EVIL = "../x\x1b[31m"


def alone(folder: Path, name: str, version: str = "1.2", level: int = 1, *, file: str = "") -> Path:
    """Make the first member of an array of two."""
    path = empty(folder / (file or name.replace("/", "-")), SIZE)
    write(path, 0, SIZE, Member(name.encode().ljust(16, b".")[:16], version, name, level, 2))
    return path


def stacked(folder: Path, number: int) -> list[Path]:
    """Make two halves of mirrors that hold the members of a RAID 0."""
    inner = Member(b"within the outer", "1.2", f"srv:{number}", 0, 2)
    outer = [alone(folder, f"srv:{number + 1 + role}", "1.0") for role in (0, 1)]
    for path, member in zip(outer, inner.others(), strict=True):
        write(path, 0, SIZE - MIB, member)
    return outer


def test_names_do_not_depend_on_when_drives_are_looked_at(tmp_path: Path) -> None:
    images = [alone(tmp_path, name, file=f"{place}.img") for place, name in enumerate((EVIL, "a:0", "b:0", "c:md7"))]
    expected = {"/dev/md127": EVIL, "/dev/md0": "a:0", "/dev/md126": "b:0", "/dev/md7": "c:md7"}
    with Handle() as handle:
        handle.launch()
        for image in images:
            handle.add_drive(image, format="raw")
            survey = handle.survey()
        assert {array.device: array.name for array in survey.arrays} == expected
        assert not [warning for warning in survey.warnings if not warning.isprintable()]
        handle.shutdown()
        handle.launch()
        assert {device: handle.md_detail(device)["name"] for device in expected} == expected


def test_partitions_of_an_array_of_whole_drives_are_not_those_of_a_drive(tmp_path: Path) -> None:
    array = Member(b"two whole drives", "1.0", "nas:0", 1, 2)
    images = [empty(tmp_path / f"{role}.img", SIZE) for role in (0, 1)]
    for image, member in zip(images, array.others(), strict=True):
        partition(image, 8 * MIB)
        write(image, 0, SIZE, member)
    with Handle() as handle:
        for image in images:
            handle.add_drive(image, format="raw", readonly=False)
        handle.launch()
        assert handle.list_filesystems() == {"/dev/md0p1": "unknown"}
        assert "/dev/md0p1" in handle.list_partitions()
        handle.mkfs("ext4", "/dev/md0p1", label="INNER")
        handle.mount("/dev/md0p1", "/")
        handle.upload(__file__, "/test")
        handle.umount_all()
        handle.sync()
        survey = handle.survey()
        handle.mount_ro("/dev/md0p1", "/")
        extents = handle.content_map("/test", ["drive0"]).extents
    assert where_it_lies(images, extents or []) == Path(__file__).read_bytes()
    assert [(part.device, part.number, part.size_bytes) for part in survey.arrays[0].partitions] == [
        ("/dev/md0p1", 1, 8 * MIB)
    ]
    assert [(device.device, device.partitions) for device in survey.devices] == [("/dev/sda", []), ("/dev/sdb", [])]
    assert {item.mountable: item.label for item in survey.filesystems if item.vfs_type == "ext4"} == {
        "/dev/md0p1": "INNER"
    }


def test_an_array_of_arrays_is_found_and_released(tmp_path: Path) -> None:
    with Handle() as handle:
        drives = [handle.add_drive(image, format="raw") for image in stacked(tmp_path, 3)]
        handle.launch()
        handle.mkfs("ext4", "/dev/md3")
        assert {array.device: array.members for array in handle.survey().arrays} == {
            "/dev/md4": ["/dev/sda"], "/dev/md5": ["/dev/sdb"], "/dev/md3": ["/dev/md4", "/dev/md5"],
        }  # fmt: skip
        handle.remove_drive(drives[0])
        survey = handle.survey()
        assert [array.device for array in survey.arrays] == ["/dev/md5"]
        assert any("md3 (RAID 0, srv:3) lacks members, it has 1 of 2" in warning for warning in survey.warnings)


def hostile(folder: Path) -> list[Path]:
    """Make members whose superblocks say what cannot be."""
    values = {
        "disks": (92, "<I", 0xFFFFFFFF),
        "level": (72, "<i", -70),
        "place": (128, "<Q", WHOLE),
        "size": (136, "<Q", 1),
    }
    values |= {"number": (160, "<I", 0x7FFFFFFF), "roles": (220, "<I", 0xFFFF), "chunk": (88, "<I", 3)}
    images = []
    for name, (offset, layout, value) in values.items():
        images.append(alone(folder, f"evil:{name}", level=5 if name == "chunk" else 1))
        with images[-1].open("r+b") as file:
            file.seek(8 * SECTOR)
            data = bytearray(file.read(260))
            struct.pack_into(layout, data, offset, value)
            struct.pack_into("<I", data, 216, 0)
            struct.pack_into("<I", data, 216, checksum(bytes(data)))
            file.seek(8 * SECTOR)
            file.write(data)
    return images


def test_superblocks_that_say_what_cannot_be_spoil_no_other_array(tmp_path: Path) -> None:
    with Handle() as handle:
        for image in [*hostile(tmp_path), alone(tmp_path, "good:0")]:
            handle.add_drive(image, format="raw")
        handle.launch()
        survey = handle.survey()
        assert "good:0" in [array.name for array in survey.arrays]
        assert len(survey.warnings) >= 6
        assert handle.list_md_devices() == sorted(array.device for array in survey.arrays)


def test_an_encrypted_array_is_unlocked_and_again_after_a_restart(tmp_path: Path) -> None:
    if missing := locked_image.missing_tools():
        skip_or_fail(f"the image needs {', '.join(missing)}")
    image = tmp_path / "locked.img"
    locked_image.make_volume(image, 20 * MIB, KEY, "--type", "luks1", *locked_image.QUICK)
    with image.open("r+b") as file:
        file.truncate(24 * MIB)
    write(image, 0, 24 * MIB, Member(b"an encrypted one", "1.0", "srv:8", 1, 2))
    with Handle() as handle:
        handle.add_drive(image, format="raw", readonly=False)
        handle.launch()
        assert handle.list_filesystems() == {"/dev/md8": "crypto_LUKS"}
        handle.cryptsetup_open("/dev/md8", KEY, "inside")
        handle.mkfs("ext4", "/dev/mapper/inside")
        handle.shutdown()
        handle.launch()
        (inside,) = [item for item in handle.filesystems() if item.container]
        assert (inside.mountable, inside.vfs_type, inside.container) == ("/dev/mapper/inside", "ext4", "/dev/md8")


def test_an_array_that_went_down_writing_and_lacks_a_disk_can_be_rescued(tmp_path: Path) -> None:
    array = Member(b"went down dirty.", "1.2", "srv:0", 5, 3)
    images = [empty(tmp_path / f"{role}.img", SIZE) for role in (0, 1)]
    for image, member in zip(images, array.others(), strict=False):
        write(image, 0, SIZE, replace(member, is_clean=False))
    with Handle() as handle:
        for image in images:
            handle.add_drive(image, format="raw")
        handle.launch()
        assert handle.list_md_devices() == ["/dev/md0"]
        handle.mkfs("ext2", "/dev/md0")
        handle.mount_ro("/dev/md0", "/")
        assert handle.ls("/") == [b"lost+found"]


@pytest.fixture
def mirrors(tmp_path: Path) -> list[Path]:
    """Make a disk with its mirror: the first array was stopped properly, the second was not, and its sides differ."""
    images = [empty(tmp_path / f"side{role}.img", 2 * SIZE + 2 * MIB) for role in (0, 1)]
    for role, image in enumerate(images):
        for number, start in enumerate(partition(image, SIZE, SIZE)):
            member = Member(b"mirror of both %d" % number, "1.2", f"srv:{number}", 1, 2, is_clean=number == 0)
            write(image, start, SIZE, member.others()[role])
    with images[1].open("r+b") as file:
        file.seek(_unused())
        file.write(b"what was not resynchronised")
    return images


def _unused() -> int:
    """Return a place in an image which no file system of the test uses."""
    return MIB + SIZE + data_start("1.2") + 10 * MIB


def _state(image: Path, number: int) -> tuple[int, bool]:
    """Return the event count of a member, and whether its array is clean."""
    with image.open("rb") as file:
        file.seek(MIB + number * SIZE + 8 * SECTOR + 200)
        events, in_sync = struct.unpack("<QQ", file.read(16))
    return events, in_sync == WHOLE


def test_what_is_written_leaves_arrays_clean_and_resynchronises_nothing(mirrors: list[Path], tmp_path: Path) -> None:
    with Handle() as handle:
        for image in mirrors:
            handle.add_drive(image, format="raw", readonly=False)
        handle.launch()
        for device in ("/dev/md0", "/dev/md1"):
            handle.mkfs("ext4", device)
        handle.mount("/dev/md1", "/")
        handle.mkdir("/made")
        handle.shutdown()
    with mirrors[1].open("rb") as file:
        file.seek(_unused())
        assert file.read(27) == b"what was not resynchronised"
    assert [_state(image, 1)[1] for image in mirrors] == [False, False]
    content = tmp_path / "content"
    content.write_bytes(os.urandom(MIB))
    good("put", mirrors[0], content, "/", "--write", "--add", mirrors[1], "--device", "/dev/md0")
    first, second = (_state(image, 0) for image in mirrors)
    assert first == second == (first[0], True)
    assert first[0] > 20
    with Handle() as handle:
        handle.add_drive(mirrors[1], format="raw")
        handle.launch()
        handle.mount_ro("/dev/md0", "/")
        extents = handle.content_map("/content", ["drive0"]).extents
        assert handle.read_file("/content") == where_it_lies(mirrors[1:], extents or []) == content.read_bytes()


def test_a_member_says_that_it_is_one_when_it_is_mounted(mirrors: list[Path]) -> None:
    with Handle() as handle:
        handle.add_drive(mirrors[0], format="raw")
        handle.launch()
        with pytest.raises(GuestError, match="member of an array"):
            handle.mount_ro("/dev/sda1", "/")


def test_an_out_of_date_side_of_a_mirror_is_left_out(mirrors: list[Path], tmp_path: Path) -> None:
    other = shutil.copy(mirrors[1], tmp_path / "other.img")
    with Handle() as handle:
        handle.add_drive(mirrors[0], format="raw", readonly=False)
        handle.launch()
        handle.mkfs("ext4", "/dev/md0", label="NEWER")
        handle.shutdown()
    with Handle() as handle:
        for image in (other, mirrors[0]):
            handle.add_drive(image, format="raw")
        handle.launch()
        survey = handle.survey()
        assert {item.label for item in survey.filesystems if item.mountable == "/dev/md0"} == {"NEWER"}
        assert any("md0 (RAID 1, srv:0) is degraded" in warning for warning in survey.warnings)
