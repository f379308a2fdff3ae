"""Arrays of software RAID: what superblocks say, how arrays are named, what a program that crashes may spoil."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutaway.records import Filesystem, Mount
from cutawayd import arrays, fstab, mdadmconf, mdsuperblock
from cutawayd.arrays import Array
from cutawayd.children import ToolError
from cutawayd.guest import Guest
from cutawayd.mdsuperblock import Superblock
from cutawayd.work import Cancelled, Work
from images.raid_members import MIB, Member, empty, write

UUID, SPELT = bytes(range(16)), "00010203:04050607:08090a0b:0c0d0e0f"


@pytest.mark.parametrize(
    ("version", "name", "number"),
    [("0.90", "3", 3), ("1.0", "srv:0", 0), ("1.1", "srv:md12", 12), ("1.2", "srv:data", None), ("1.2", "../4", None)],
)
def test_superblocks_of_all_versions_are_read(tmp_path: Path, version: str, name: str, number: int | None) -> None:
    path = empty(tmp_path / "member", 4 * MIB + 5 * 512)
    write(path, 0, path.stat().st_size, Member(UUID, version, name, 5, 3))
    expected = Superblock(SPELT, "" if version == "0.90" else name, number, 5, 3, is_active=True)
    assert mdsuperblock.read(str(path)) == expected


@pytest.mark.parametrize("size", [0, 511, 4096, 70_000])
def test_what_is_too_short_for_a_superblock_is_no_member(tmp_path: Path, size: int) -> None:
    assert mdsuperblock.read(str(empty(tmp_path / "short", size))) is None


def test_a_superblock_that_belongs_elsewhere_is_none(tmp_path: Path) -> None:
    path = empty(tmp_path / "member", 4 * MIB)
    write(path, 0, 4 * MIB, Member(UUID, "1.2", "srv:0", 1, 2))
    data = path.read_bytes()[4096:8192]
    assert mdsuperblock.version_1(data, 4096)
    assert mdsuperblock.version_1(data, 0) is None
    assert mdsuperblock.version_1(b"\0" * 4096, 0) is None


def test_a_spare_holds_no_data(tmp_path: Path) -> None:
    path = empty(tmp_path / "spare", 4 * MIB)
    write(path, 0, 4 * MIB, Member(UUID, "1.1", "srv:0", 1, 2, role=7))
    block = mdsuperblock.read(str(path))
    assert block is not None
    assert not block.is_active


def block(uuid: str, number: int | None = None, *, level: int = 1, count: int = 2, name: str = "") -> Superblock:
    return Superblock(uuid, name, number, level, count, is_active=True)


def test_numbers_go_to_who_comes_first_and_stay() -> None:
    guest = Guest()
    wishes = [("a", 0), ("b", 0), ("c", None), ("d", 126), ("a", 0)]
    names = [arrays._name(guest, block(uuid, number)) for uuid, number in wishes]
    assert names == ["md0", "md127", "md126", "md125", "md0"]


@pytest.mark.parametrize(
    ("level", "count", "active", "is_enough"),
    [(0, 2, 1, False), (-1, 2, 2, True), (1, 3, 1, True), (5, 3, 2, True), (5, 3, 1, False), (6, 4, 2, True)],
)
def test_what_cannot_run_is_not_tried(level: int, count: int, active: int, is_enough: bool) -> None:
    assert Array("md0", block("a", level=level, count=count), [], active).is_enough is is_enough


def test_no_program_runs_where_there_are_no_members(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "run", lambda *_arguments, **_options: pytest.fail("a program was started"))
    monkeypatch.setattr(arrays, "is_member", lambda _device: pytest.fail("libblkid was asked"))
    assert arrays.started(work, []) == []
    assert arrays.look(work) == []


def test_an_array_that_crashes_mdadm_leaves_the_others(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def run(_work: Work, command: list[str], **_options: object) -> bytes:
        tried.append(Path(command[command.index("--config") + 1]).read_text())
        if "UUID=evil" in tried[-1]:
            raise ToolError("mdadm", "it crashed", status=-11)
        return b""

    monkeypatch.setattr(arrays, "run", run)
    monkeypatch.setattr(arrays, "CONFIGURATION", str(tmp_path / "mdadm.conf"))
    found = [
        Array(f"md{number}", block(uuid), [f"/dev/sda{number}"], 2) for number, uuid in enumerate(["evil", "good"])
    ]
    arrays._run_mdadm(work, found)
    assert [text.count("ARRAY") for text in tried] == [2, 1, 1]
    assert "ARRAY /dev/md1 UUID=good\n" in tried[-1]
    assert "DEVICE /dev/sda1\n" in tried[-1]


def test_a_cancelled_start_is_tamed_and_may_be_tried_again(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[str] = []

    def cancelled(*_arguments: object) -> None:
        raise Cancelled

    for name in ("write_short", "load_modules"):
        monkeypatch.setattr(arrays, name, lambda *_arguments: None)
    monkeypatch.setattr(arrays, "_run_mdadm", cancelled)
    monkeypatch.setattr(arrays.mdsysfs, "settle", settled.append)
    with pytest.raises(Cancelled):
        arrays._start(work, [Array("md0", block("a"), ["/dev/sda1"], 2)])
    assert (settled, work.guest.arrays_tried) == (["md0"], set())


CONFIGURATION = """\
HOMEHOST <system>
array /dev/md/boot level=raid1
   num-devices=2 UUID=00000000:00000000:00000000:0000000b name=srv:0 # here md0
ARRAY /dev/md1 UUID=00000000.00000000.00000000.00000005
ARRAY root uuid=00000000:00000000:00000000:0000000a
ARRAY /dev/md9 UUID=ffffffff:ffffffff:ffffffff:ffffffff
ARRAY <ignore> UUID=00000000:00000000:00000000:0000000b
"""


def uuid(last: str) -> str:
    return f"00000000:00000000:00000000:0000000{last}"


RUNNING = {
    "/dev/md0": block(uuid("b"), name="srv:0"),
    "/dev/md1": block(uuid("a"), name="srv:1"),
    "/dev/md127": block(uuid("5"), name="srv:data"),
    "/dev/md9": block(uuid("9")),
}


@pytest.mark.parametrize(
    ("spec", "device"),
    [
        ("/dev/md0", "/dev/md0"), ("/dev/md/0", "/dev/md0"), ("/dev/md/boot", "/dev/md0"), ("/dev/md/root", "/dev/md1"),
        ("/dev/md1", "/dev/md127"), ("/dev/md/data", "/dev/md127"), ("/dev/md/data2", "/dev/md127p2"),
        ("/dev/md1p3", "/dev/md127p3"), (f"/dev/disk/by-id/md-uuid-{uuid('b')}", "/dev/md0"),
        (f"/dev/disk/by-id/md-uuid-{uuid('b')}-part1", "/dev/md0p1"), ("/dev/disk/by-id/md-name-srv:1", "/dev/md1"),
        ("/dev/md/9", "/dev/md9"), ("/dev/md9", ""), ("/dev/md/other", "/dev/md/other"), ("UUID=1", "UUID=1"),
    ],
)  # fmt: skip
def test_names_of_arrays_are_those_of_the_system(spec: str, device: str) -> None:
    assert mdadmconf.find(spec, mdadmconf.names(CONFIGURATION, RUNNING)) == device


def test_fstab_and_crypttab_may_name_arrays() -> None:
    contents = [
        Filesystem("/dev/md0", "ext4", "", "", 1), Filesystem("/dev/md1", "crypto_LUKS", "", "", 1),
        Filesystem("/dev/mapper/x", "xfs", "", "", 1, "/dev/md1"), Filesystem("/dev/md9", "ext4", "", "", 1),
    ]  # fmt: skip
    text = "/dev/md/boot / ext4\n/dev/mapper/home /home xfs\n/dev/md9 /wrong ext4\n"
    known = mdadmconf.names(CONFIGURATION, RUNNING)
    assert fstab.mountpoints(text, "/dev/md0", contents, volumes="home /dev/md/root none", arrays=known) == [
        Mount("/dev/md0", b"/", "ext4"), Mount("/dev/mapper/x", b"/home", "xfs"),
    ]  # fmt: skip
