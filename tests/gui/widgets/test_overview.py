"""The overview: nothing left out, nothing that cannot be hit, hostile labels harmless."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cutaway.records import BlockDevice, Filesystem, Partition, RaidArray, Survey
from cutaway_app.widgets.disk_map import DiskMap
from cutaway_app.widgets.disk_plan import Segment, drive_maps, shares
from cutaway_app.widgets.filesystem_table import FilesystemTable
from cutaway_app.widgets.overview import OverviewPage
from gui.widgets.values import GB, MB, survey, use
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot


def test_the_plan_shows_partitions_volumes_and_gaps() -> None:
    drive = drive_maps(survey(), {"/dev/vg0/root": use(0.62)})[0]
    assert [(piece.kind, piece.title) for piece in drive.segments] == [
        ("filesystem", "boot"), ("container", "vg0"), ("free", "Free"),
    ]  # fmt: skip
    assert [(piece.kind, piece.title) for piece in drive.segments[1].children] == [
        ("filesystem", "root"), ("swap", "swap"), ("free", "Free"),
    ]  # fmt: skip
    assert drive.segments[1].children[0].use == 0.62


def test_logical_partitions_are_inside_their_extended_one() -> None:
    partitions = [
        Partition("/dev/sda1", 1, 0, 10 * GB), Partition("/dev/sda2", 2, 10 * GB, 10 * GB),
        Partition("/dev/sda5", 5, 10 * GB + MB, 9 * GB),
    ]  # fmt: skip
    found = Survey([BlockDevice("/dev/sda", 20 * GB, "msdos", partitions)], [], [], [], [], [])
    drive = drive_maps(found, {})[0]
    assert [piece.title for piece in drive.segments] == ["sda1", "sda2"]
    assert [piece.title for piece in drive.segments[1].children] == ["sda5"]


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=60), st.integers(0, 3000))
def test_pieces_fit_and_the_order_of_sizes_shows(sizes: list[int], width: int) -> None:
    pieces = tuple(Segment("filesystem", "", "", size) for size in sizes)
    widths = shares(pieces, width, 20, 3)
    gaps = 3 * (len(sizes) - 1)
    assert sum(widths) <= max(0, width - gaps)
    if width - gaps >= 20 * len(sizes):
        assert min(widths) >= 20
    for one, two in zip(
        sorted(zip(sizes, widths, strict=True))[:-1], sorted(zip(sizes, widths, strict=True))[1:], strict=True
    ):
        assert one[1] <= two[1] + 1


@pytest.mark.parametrize(
    ("vfs_type", "said"),
    [("unknown", "no disk image at all"), ("crypto_LUKS", "encrypted"), ("swap", "holds no files")],
)
def test_an_image_without_anything_to_open_says_so(qtbot: QtBot, vfs_type: str, said: str) -> None:
    device, content = BlockDevice("/dev/sda", MB, "", []), Filesystem("/dev/sda", vfs_type, "", "", MB)
    page = OverviewPage()
    qtbot.addWidget(page)
    page.show_survey("notes.txt", [("/tmp/notes.txt",)], Survey([device], [content], [], [], [], []), {})
    assert any(said in label.text() for label in page.findChildren(QLabel))
    assert "Edit a Copy" not in {button.text() for button in page.findChildren(QPushButton)}


def test_map_opens_by_mouse_and_keyboard(qtbot: QtBot) -> None:
    chart = DiskMap(drive_maps(survey(), {})[0])
    qtbot.addWidget(chart)
    chart.resize(800, 96)
    chart.show()
    chart.setFocus()
    place = next(rect.center() for rect, piece in chart._lay_out() if piece.mountable == "/dev/vg0/root")
    with qtbot.waitSignal(chart.opened) as opened:
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == ["/dev/vg0/root"]
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    with qtbot.waitSignal(chart.opened) as opened:
        qtbot.keyClick(chart, Qt.Key.Key_Space)
    assert opened.args == ["/dev/sda1"]
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    with qtbot.waitSignal(chart.opened) as opened:
        qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert opened.args == ["/dev/vg0/root"]
    with qtbot.assertNotEmitted(chart.opened):
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(795, 50))
    assert "root, ext4" in chart.accessibleDescription()


CLOSED = Filesystem("/dev/sda2", "crypto_LUKS", "", "", 17 * GB)


def encrypted(*filesystems: Filesystem, inside: str = "/dev/mapper/x") -> Survey:
    """Return the survey of a disk whose volume group is in an encrypted volume."""
    found = survey()
    volumes = [replace(volume, pv_name=inside) for volume in found.physical_volumes]
    kept = [item for item in found.filesystems if item.vfs_type != "LVM2_member"]
    return replace(found, filesystems=[*kept, *filesystems], physical_volumes=volumes)


def test_the_plan_shows_what_is_locked_and_then_what_is_in_it() -> None:
    (_, piece, _) = drive_maps(encrypted(CLOSED), {})[0].segments
    assert (piece.kind, piece.title, piece.subtitle) == ("locked", "sda2", "LUKS, locked")
    assert piece.mountable == "/dev/sda2"
    group = Filesystem("/dev/mapper/x", "LVM2_member", "", "", 17 * GB, "/dev/sda2")
    (_, piece, _) = drive_maps(encrypted(CLOSED, group), {})[0].segments
    assert (piece.kind, piece.title, piece.subtitle) == ("container", "vg0", "LVM in LUKS")
    assert [child.title for child in piece.children] == ["root", "swap", "Free"]
    plain = Filesystem("/dev/mapper/x", "ext4", "", "", 17 * GB, "/dev/sda2")
    (_, piece, _) = drive_maps(encrypted(CLOSED, plain), {})[0].segments
    assert (piece.kind, piece.title, piece.mountable) == ("filesystem", "sda2", "/dev/mapper/x")


def mirrored(*filesystems: Filesystem, partitions: list[Partition]) -> Survey:
    """Return the survey of two drives that are the members of an array."""
    drives = [BlockDevice(device, 20 * GB, "", []) for device in ("/dev/sda", "/dev/sdb")]
    members = [Filesystem(drive.device, "linux_raid_member", "nas:0", "", 20 * GB) for drive in drives]
    array = RaidArray("/dev/md0", "nas:0", "u", "raid1", 19 * GB, 2, ["/dev/sda", "/dev/sdb"], partitions)
    return Survey(drives, [*members, *filesystems], [], [], [], [], [array])


def test_the_plan_shows_what_is_on_an_array_in_each_of_its_members() -> None:
    found = mirrored(Filesystem("/dev/md0", "xfs", "", "", 19 * GB), partitions=[])
    for drive in drive_maps(found, {"/dev/md0": use(0.5)}):
        (piece,) = drive.segments
        assert (piece.kind, piece.title, piece.subtitle) == ("filesystem", "md0", "xfs in RAID 1")
        assert (piece.mountable, piece.device, piece.use) == ("/dev/md0", "/dev/md0", 0.5)


def test_the_plan_shows_partitions_of_an_array() -> None:
    parts = [Partition("/dev/md0p1", 1, MB, 10 * GB)]
    (first, _) = drive_maps(mirrored(Filesystem("/dev/md0p1", "xfs", "DATA", "", 10 * GB), partitions=parts), {})
    (piece,) = first.segments
    assert (piece.kind, piece.title, piece.subtitle) == ("container", "md0", "RAID 1")
    assert [(child.kind, child.title) for child in piece.children] == [("filesystem", "DATA"), ("free", "Free")]


def test_arrays_that_are_inside_of_themselves_end_somewhere() -> None:
    ring = Filesystem("/dev/md0", "linux_raid_member", "", "", 19 * GB)
    found = mirrored(ring, partitions=[])
    found.arrays[0].members.append("/dev/md0")
    assert len(drive_maps(found, {})) == 2


def test_volumes_that_are_inside_of_themselves_end_somewhere() -> None:
    one = Filesystem("/dev/sda2", "crypto_LUKS", "", "", 1, "/dev/mapper/x")
    other = Filesystem("/dev/mapper/x", "crypto_LUKS", "", "", 1, "/dev/sda2")
    assert len(drive_maps(encrypted(one, other), {})[0].segments) == 3
    ring = Filesystem("/dev/mapper/x", "LVM2_member", "", "", 1, "/dev/sda2")
    assert drive_maps(encrypted(CLOSED, ring, inside="/dev/vg0/root"), {})


def test_what_is_locked_is_chosen_on_card_map_and_table(qtbot: QtBot) -> None:
    page = OverviewPage()
    qtbot.addWidget(page)
    page.resize(800, 600)
    page.show()
    page.show_survey("debian.qcow2", [("/x",)], encrypted(CLOSED), {})
    (button,) = [one for one in page.findChildren(QPushButton) if one.accessibleName() == "Unlock sda2"]
    with qtbot.waitSignal(page.filesystem_opened) as opened:
        button.click()
    assert opened.args == ["/dev/sda2"]
    chart, table = page.findChild(DiskMap), page.findChild(FilesystemTable)
    assert chart is not None
    assert table is not None
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    with qtbot.waitSignal(page.filesystem_opened) as opened:
        qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert opened.args == ["/dev/sda2"]
    table.selectRow(table.rowCount() - 1)
    with qtbot.waitSignal(page.filesystem_opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["/dev/sda2"]


def test_page_shows_everything_and_opens(qtbot: QtBot) -> None:
    page = OverviewPage()
    qtbot.addWidget(page)
    page.resize(800, 600)
    page.show()
    page.show_survey("debian.qcow2", [("/x/debian.qcow2", "/x/base.raw")], survey(), {"/dev/sda1": use(0.2)})
    said = [label.text() for label in page.findChildren(QLabel)]
    for text in ("debian.qcow2", "A drive is missing.", "Debian 12", "web01", "builds on /x/base.raw"):
        assert text in said
    table = page.findChild(FilesystemTable)
    assert table is not None
    table.selectRow(0)
    with qtbot.waitSignal(page.filesystem_opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["/dev/sda1"]
    table.selectRow(1)
    with qtbot.assertNotEmitted(page.filesystem_opened):
        qtbot.keyClick(table, Qt.Key.Key_Return)


def test_an_image_without_file_systems_is_told_in_words(qtbot: QtBot) -> None:
    page = OverviewPage()
    qtbot.addWidget(page)
    page.show_survey("x", [("/x",)], Survey([BlockDevice("/dev/sda", GB, "", [])], [], [], [], [], []), {})
    assert any("No file system was found" in label.text() for label in page.findChildren(QLabel))


def test_hostile_labels_are_shown_as_escapes(qtbot: QtBot) -> None:
    page = OverviewPage()
    qtbot.addWidget(page)
    evil = Filesystem("/dev/sda1", "ext2", "\u202egnp.\x1b[31m\udcff", "", MB)
    page.show_survey("x", [("/x",)], replace(survey(), filesystems=[evil]), {})
    page.resize(700, 500)
    page.grab()
    table = page.findChild(FilesystemTable)
    assert table is not None
    assert table.item(0, 2).text() == "\\u202egnp.\\x1b[31m\\xff"
