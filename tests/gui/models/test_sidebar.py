"""The sidebar's rows: what is said of an image, and that rows stay when only numbers change."""

from __future__ import annotations

import pytest
from cutaway.mount_plan import plan
from cutaway.records import BlockDevice, Filesystem, Mount, OperatingSystem, StatVfs, Survey
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.models.sidebar import SidebarModel
from cutaway_app.models.sidebar_roles import SUBTITLE, USE
from gui.widgets.values import use
from PySide6.QtTest import QAbstractItemModelTester


@pytest.fixture
def model(qapp: object) -> SidebarModel:
    made = SidebarModel()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Warning, made)
    return made


def opened(*filesystems: Filesystem) -> ImageSession:
    session = ImageSession("/images/disk.img")
    survey = Survey([BlockDevice("/dev/sda", 2_000_000, "gpt")], list(filesystems), [], [], [], [])
    session.start_opening()
    session.opened(survey, plan(survey))
    return session


DATA = Filesystem("/dev/sda1", "vfat", "DATA", "", 1_000_000)
LOCKED = Filesystem("/dev/sda2", "crypto_LUKS", "", "", 1_000_000)


def test_what_an_image_says_of_itself_changes_nothing_around_it(model: SidebarModel) -> None:
    mounts = [Mount("/dev/sda1", b"/")]
    evil = OperatingSystem(
        "/dev/sda1", "linux", "debian", "Evil \u202eOS", 12, 0, "ho\u202est", "x86\n_64", "deb", mounts
    )
    survey = Survey([BlockDevice("/dev/sda", 2_000_000, "gpt")], [DATA], [], [], [evil], ["It is \u202eodd."])
    session = ImageSession("/images/disk.img")
    session.start_opening()
    session.opened(survey, plan(survey))
    model.add(session)
    system = model.index(0, 0, model.index(0, 0))
    assert (system.data(), system.data(SUBTITLE)) == ("Evil \\u202eOS", "ho\\u202est · x86\\x0a_64")
    assert session.trees[0].title == "Evil \\u202eOS"
    assert session.warnings == ["It is \\u202eodd."]
    session.mounted(0, ["So is \u202ethis."])
    assert session.warnings == ["It is \\u202eodd.", "So is \\u202ethis."]
    session.unlocked(survey, plan(survey))
    assert session.trees[0].title == "Evil \\u202eOS"
    assert session.warnings == ["It is \\u202eodd."]


def test_what_is_locked_says_so(model: SidebarModel) -> None:
    session = opened(DATA, LOCKED)
    model.add(session)
    image = model.index(0, 0)
    assert [model.index(row, 0, image).data() for row in range(2)] == ["DATA", "sda2"]
    assert model.index(1, 0, image).data(SUBTITLE).startswith("Locked · LUKS")


def test_what_is_unlocked_shows_what_is_in_it_instead(model: SidebarModel) -> None:
    session = opened(DATA, LOCKED)
    model.add(session)
    image = model.index(0, 0)
    entry = model.entry_at(model.index_of_device(session, "/dev/sda2"))
    assert entry is not None
    assert entry.is_locked
    inside = Filesystem("/dev/mapper/cryptsda2", "ext4", "", "", 900_000, "/dev/sda2")
    survey = Survey([BlockDevice("/dev/sda", 2_000_000, "gpt")], [DATA, LOCKED, inside], [], [], [], [])
    session.unlocked(survey, plan(survey))
    rows = [model.entry_at(model.index(row, 0, image)) for row in range(model.rowCount(image))]
    assert [(row.text, row.icon, row.is_locked) for row in rows if row] == [
        ("DATA", "volume", False), ("sda2", "unlock", False),
    ]  # fmt: skip


def test_parts_of_other_things_are_not_shown(model: SidebarModel) -> None:
    model.add(
        opened(DATA, Filesystem("/dev/sda3", "LVM2_member", "", "", 1), Filesystem("/dev/sda4", "unknown", "", "", 1))
    )
    assert model.rowCount(model.index(0, 0)) == 1


def test_what_is_always_full_is_not_measured() -> None:
    session = ImageSession("/images/disc.iso")
    disc, home = Filesystem("/dev/sda", "iso9660", "DISC", "", 5), Filesystem("/dev/sdb", "ext4", "", "", 5)
    session.opened(Survey([], [disc, home], [], [], [], []), [])
    session.measured({"/dev/sda": use(1.0), "/dev/sdb": use(1.0)})
    assert set(session.use) == {"/dev/sdb"}


def test_rows_stay_when_use_becomes_known(model: SidebarModel) -> None:
    session = opened(DATA)
    model.add(session)
    removed: list[object] = []
    model.rowsRemoved.connect(lambda *_: removed.append(1))
    session.measured({"/dev/sda1": StatVfs(512, 512, 1000, 250, 250, 0, 0, 0, 0, 0, 255)})
    row = model.index(0, 0, model.index(0, 0))
    assert row.data(USE) == pytest.approx(0.75)
    assert removed == []


def test_a_place_is_found_by_its_file_system(model: SidebarModel) -> None:
    session = opened(DATA)
    model.add(session)
    assert model.index_of(session, Place(session, 0, b"/photos/2024")).data() == "DATA"
    assert model.index_of(session).data() == "disk.img"


def test_images_come_and_go(model: SidebarModel) -> None:
    first, second = opened(DATA), opened(DATA)
    model.add(first)
    model.add(second)
    model.remove(first)
    assert model.sessions == [second]
    first.measured({})
    assert model.rowCount() == 1
