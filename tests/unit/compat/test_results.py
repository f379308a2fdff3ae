"""Results have libguestfs' shapes, as its own Python module gave them for the same questions."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cutaway import Handle
from cutaway.compat.shapes import compatible, lstat_struct, result_of, stat_struct, statns_struct
from cutaway.records import ExtendedAttribute, LogicalVolume, PhysicalVolume, Stat, VolumeGroup
from cutaway.transfer.extraction import ExtractReport
from cutaway.transfer.plan import LeftOut

from .conftest import ROOT, FakeGuestFS

STAT = Stat(1, 2, 0o100644, 1, 0, 0, 0, 14, 1024, 2, -1, 1_500_000_000_000_000_007, 0)


def test_booleans_are_numbers(g: FakeGuestFS) -> None:
    answers = [g.exists("/etc"), g.exists("/nope"), g.is_dir("/etc"), g.is_file("/etc"), g.exists("/etc/passwd/x")]
    assert answers == [1, 0, 1, 0, 0]
    assert g.exists("/srv/links/dangling") == 1  # as libguestfs 1.48 says
    assert {type(answer) for answer in answers} == {int}


def test_names_are_text_whose_odd_bytes_come_back(g: FakeGuestFS) -> None:
    names = g.ls("/srv/names")
    assert all(isinstance(name, str) for name in names)
    odd = [name for name in names if not name.isprintable() and "\udcff" in name]
    assert odd, names
    assert g.exists(f"/srv/names/{odd[0]}") == 1
    assert b"\xff" in os.fsencode(odd[0])


def test_content_is_text_for_cat_and_bytes_for_read_file(g: FakeGuestFS) -> None:
    assert g.cat("/etc/hostname") == "web01\n"
    assert g.read_file("/etc/hostname") == b"web01\n"
    assert g.pread("/etc/hostname", 2, 1) == b"eb"
    assert g.read_lines("/etc/hostname") == ["web01"]


def test_hash_tables_are_pairs_unless_dicts_are_wished(
    launched: FakeGuestFS, make: Callable[..., FakeGuestFS], image: str
) -> None:
    pairs = launched.list_filesystems()
    assert ("/dev/sda1", "ext2") in pairs
    modern = make(python_return_dict=True)
    modern.add_drive_ro(image)
    modern.launch()
    assert modern.list_filesystems() == dict(pairs)


def test_mount_points_of_a_system_map_to_devices(launched: FakeGuestFS) -> None:
    assert launched.inspect_os() == [ROOT]
    assert ("/", ROOT) in launched.inspect_get_mountpoints(ROOT)
    assert launched.inspect_get_package_management(ROOT) == "apt"
    assert ROOT in launched.inspect_get_filesystems(ROOT)


def test_a_status_is_a_dict_of_seconds(g: FakeGuestFS) -> None:
    status = g.stat("/etc/hostname")
    assert list(status) == [
        "dev", "ino", "mode", "nlink", "uid", "gid", "rdev", "size", "blksize", "blocks", "atime", "mtime", "ctime",
    ]  # fmt: skip
    precise = g.statns("/etc/hostname")
    assert (precise["st_ino"], precise["st_mtime_sec"]) == (status["ino"], status["mtime"])
    assert g.lstatns("/etc/hostname") == precise


def test_times_before_the_epoch_and_nanoseconds_are_kept() -> None:
    struct = statns_struct(STAT)
    assert (struct["st_atime_sec"], struct["st_atime_nsec"]) == (-1, 999_999_999)
    assert (struct["st_mtime_sec"], struct["st_mtime_nsec"]) == (1_500_000_000, 7)
    assert stat_struct(STAT)["atime"] == -1
    assert [struct[f"st_spare{number}"] for number in range(1, 7)] == [0] * 6


def test_what_cannot_be_read_in_a_list_has_inode_minus_one(g: FakeGuestFS) -> None:
    there, gone = g.lstatnslist("/etc", ["hostname", "nope"])
    assert there["st_ino"] > 0
    assert (gone["st_ino"], gone["st_size"]) == (-1, 0)
    assert g.lstatlist("/etc", ["nope"]) == [lstat_struct(None)]


def test_entries_of_a_directory_have_a_letter(g: FakeGuestFS) -> None:
    entries = {entry["name"]: entry["ftyp"] for entry in g.readdir("/etc")}
    assert (entries["."], entries["hostname"], entries["os-release"]) == ("d", "r", "l")


def test_find_cuts_off_the_directory_as_it_was_written(g: FakeGuestFS) -> None:
    assert "/sshd_config" in g.find("/etc/ssh")
    assert "sshd_config" in g.find("/etc/ssh/")


def test_links_and_special_files(g: FakeGuestFS) -> None:
    assert g.readlink("/etc/os-release") == "../usr/lib/os-release"
    assert g.readlinklist("/etc", ["os-release", "hostname"]) == ["../usr/lib/os-release", ""]
    assert (g.is_file("/etc/os-release"), g.is_file_opts("/etc/os-release", followsymlinks=True)) == (0, 1)
    assert (g.is_fifo("/etc"), g.is_chardev("/nope"), g.is_blockdev("/etc/hostname/below")) == (0, 0, 0)


def test_drives_and_partitions(launched: FakeGuestFS) -> None:
    assert launched.nr_devices() == 1
    assert launched.device_index("/dev/sda") == 0
    assert launched.device_name(0) == "/dev/sda"
    assert (launched.is_whole_device("/dev/sda"), launched.is_whole_device("/dev/sda1")) == (1, 0)
    assert (launched.is_lv(ROOT), launched.is_lv("/dev/sda1")) == (1, 0)
    assert launched.canonical_device_name("/dev/vda2") == "/dev/sda2"
    assert launched.part_get_parttype("/dev/sda") == "gpt"
    parts = launched.part_list("/dev/sda")
    assert [part["part_num"] for part in parts] == [1, 2, 3]
    assert all(part["part_end"] == part["part_start"] + part["part_size"] - 1 for part in parts)
    assert launched.blockdev_getsz("/dev/sda") * 512 == launched.blockdev_getsize64("/dev/sda")


def test_volumes_have_uuids_without_dashes() -> None:
    volume = compatible(PhysicalVolume("/dev/sda2", "a-b-c", "vg", 100, 40), as_dict=False)
    assert (volume["pv_uuid"], volume["pv_used"], volume["pv_fmt"]) == ("abc", 60, "lvm2")
    group = compatible(VolumeGroup("vg", "a-b", 100, 40, 1, 2, "wz--n-"), as_dict=False)
    assert (group["vg_uuid"], group["vg_fmt"]) == ("ab", "lvm2")
    logical = compatible([LogicalVolume("/dev/vg/lv", "lv", "vg", "x-y", 10, "-wi-a-----")], as_dict=False)
    assert logical == [{"lv_name": "lv", "vg_name": "vg", "lv_uuid": "xy", "lv_size": 10, "lv_attr": "-wi-a-----"}]


def test_attributes_keep_their_bytes() -> None:
    found = compatible([ExtendedAttribute(b"user.a\xff", b"v\x01")], as_dict=False)
    assert found == [{"attrname": "user.a\udcff", "attrval": b"v\x01"}]


@pytest.mark.parametrize("directory", ["/etc", b"/etc"])
def test_find_takes_text_and_bytes(directory: Any) -> None:
    assert result_of("find", [b"a"], {"directory": directory}, as_dict=False) == ["/a"]


def test_version_is_told_before_launch(make: Callable[..., FakeGuestFS]) -> None:
    assert make().version() == {"major": 1, "minor": 48, "release": 0, "extra": "cutaway"}


def test_transfers_come_to_the_host(g: FakeGuestFS, tmp_path: Path) -> None:
    g.download("/etc/hostname", str(tmp_path / "name"))
    g.download_offset("/etc/hostname", str(tmp_path / "part"), 1, 3)
    g.copy_out("/etc/ssh", str(tmp_path))
    g.tar_out("/etc/ssh", str(tmp_path / "ssh.tar"), numericowner=True)
    g.tgz_out("/etc/ssh", str(tmp_path / "ssh.tgz"))
    assert (tmp_path / "name").read_bytes() == b"web01\n"
    assert (tmp_path / "part").read_bytes() == b"eb0"
    assert sorted(path.name for path in (tmp_path / "ssh").iterdir()) == ["ssh_config", "sshd_config"]
    assert (tmp_path / "ssh.tar").read_bytes()[257:262] == b"ustar"
    assert (tmp_path / "ssh.tgz").read_bytes()[:2] == b"\x1f\x8b"


def test_an_image_on_the_host_is_described(make: Callable[..., FakeGuestFS], image: str) -> None:
    handle = make()
    assert (handle.disk_format(image), handle.disk_virtual_size(image), handle.disk_has_backing_file(image)) == (
        "raw", 512, 0,
    )  # fmt: skip


def test_what_could_not_be_copied_is_said_as_paths_and_reasons(
    g: FakeGuestFS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = (LeftOut(b"/a\xff", "it is damaged"), LeftOut(b"/b", "so is this"))
    monkeypatch.setattr(Handle, "copy_out", lambda *_, **__: ExtractReport((), 0, 0, (), left))
    with pytest.raises(RuntimeError) as caught:
        g.copy_out("/etc", str(tmp_path))
    assert str(caught.value) == "copy_out: /a\udcff: it is damaged; /b: so is this"


def test_arrays_are_made_told_and_stopped(launched: FakeGuestFS) -> None:
    launched.add_drive_scratch(16 << 20)
    launched.add_drive_scratch(16 << 20)
    *_, one, other = launched.list_devices()
    launched.md_create("r1", [one, other], nrdevices=2, chunk=65536, level="raid1")
    assert launched.list_md_devices() == ["/dev/md127"]
    assert ("level", "raid1") in launched.md_detail("/dev/md127")
    launched.md_stop("/dev/md127")
    assert launched.list_md_devices() == []
