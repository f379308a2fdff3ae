"""Files that are disk images: opened where they lie, as images of their own, that jobs and mounts find again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.image_magic import looks_like_image
from cutaway.mount_plan import MountTree
from cutaway.records import Mount
from cutaway.testing import FakeAppliance, FakeFileSystem, FakeImage, disk, file, folder, link, sample_image
from cutaway.unlocking import Unlocked
from cutaway_app.bridge.bulk import Extraction
from cutaway_app.models import folder_columns
from cutaway_app.models.image_session import ImageSession, SessionState
from cutaway_app.models.machine import Inside, Machine, machine_inside
from cutaway_app.operations.mount_image import mount_command
from gui.conftest import Scenario
from gui.harness import IMAGE, SAMPLE, TIMEOUT_S, Harness

Play = Callable[[Scenario], None]
QCOW2 = b"QFI\xfb\0\0\0\3" + bytes(70_000)
WEB = f"{IMAGE}:/images/web.qcow2"


def filesystem(entries: dict[bytes, object]) -> FakeImage:
    return disk((64, FakeFileSystem("ext4", lambda: folder(entries), "DATA")))  # type: ignore[arg-type]  # nodes


@pytest.fixture
def fake() -> FakeAppliance:
    images = {
        b"web.qcow2": file(QCOW2), b"no-name": file(QCOW2), b"initrd.img": file(b"\x1f\x8b\x08" + bytes(50_000)),
        b"notes.txt": file(b"version=1\n"), b"now.qcow2": link(b"web.qcow2"), b"bad.vmdk": file(b"KDMV" + bytes(9999)),
    }  # fmt: skip
    inner = filesystem({b"inner.txt": file(b"inside\n"), b"deep.img": file(QCOW2)})
    return FakeAppliance({
        IMAGE: filesystem({b"images": folder(images)}), WEB: inner, f"{IMAGE}:/images/no-name": inner,
        f"{WEB}:/deep.img": filesystem({b"deepest": file()}), SAMPLE: sample_image(),
        f"{IMAGE}:/images/bad.vmdk": FakeImage(0, error="it is damaged"),
    })  # fmt: skip


async def at_images(on: Harness) -> ImageSession:
    session = await on.open(IMAGE)
    await on.go(b"/images")
    return session


async def open_inside(on: Harness, name: bytes, how: Callable[[], object]) -> ImageSession:
    """Open an image by a way, and wait for its first folder."""
    on.select(name)
    listed = on.next(on.models.table.listing_finished)
    how()
    await asyncio.wait_for(listed, TIMEOUT_S)
    return on.place.session


def test_a_file_that_is_an_image_is_opened_beside_the_one_it_lies_in(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        outer = await at_images(on)
        inner = await open_inside(on, b"web.qcow2", on.window.actions_["open_inside"].trigger)
        assert on.names == ["deep.img", "inner.txt"]
        assert (inner.name, inner.path) == ("web.qcow2 in debian.qcow2", WEB)
        assert on.models.sidebar.sessions == [outer, inner]
        deepest = await open_inside(on, b"deep.img", on.window.actions_["open_entry"].trigger)
        assert deepest.name == "deep.img in web.qcow2 in debian.qcow2"
        assert on.names == ["deepest"]
        assert on.program.image_wiring.choice._settings.recent == [IMAGE]
        assert not on.window.actions_["add_disk"].isEnabled()

    play(scenario)


def test_one_that_is_open_is_shown_again_by_whatever_name(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        outer = await at_images(on)
        inner = await open_inside(on, b"web.qcow2", on.window.actions_["open_inside"].trigger)
        listed = on.next(on.models.table.listing_finished)
        on.program.image_wiring.show_session(outer)
        await asyncio.wait_for(listed, TIMEOUT_S)
        await on.go(b"/images")
        on.select(b"now.qcow2")
        on.window.actions_["open_inside"].trigger()
        await on.becomes(lambda: on.program.image_wiring.current is inner)
        assert on.models.sidebar.sessions == [outer, inner]

    play(scenario)


def test_what_is_offered_goes_by_name_and_by_the_first_bytes(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await at_images(on)
        action, offer = on.window.actions_["open_inside"], on.window.preview.image_offer
        for name, by_name, is_image in ((b"initrd.img", True, False), (b"notes.txt", False, False)):
            ready = on.next(on.program.previewer.ready)
            on.select(name)
            await asyncio.wait_for(ready, TIMEOUT_S)
            assert (action.isVisible(), offer.isVisibleTo(on.window)) == (by_name, is_image)
        ready = on.next(on.program.previewer.ready)
        on.select(b"no-name")
        assert not action.isVisible()
        await asyncio.wait_for(ready, TIMEOUT_S)
        assert action.isVisible()
        inner = await open_inside(on, b"no-name", offer.click)
        assert inner.name == "no-name in debian.qcow2"

    play(scenario)


def test_opening_what_is_only_called_so_shows_its_preview(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await at_images(on)
        on.select(b"initrd.img")
        on.window.actions_["open_entry"].trigger()
        await on.becomes(lambda: on.window.preview.has_content)
        await asyncio.sleep(0.2)
        assert on.models.sidebar.sessions == [session]

    play(scenario)


def test_one_that_cannot_be_opened_says_why_and_leaves_no_appliance(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await at_images(on)
        failed = on.next(on.program.images.failed)
        on.select(b"bad.vmdk")
        on.window.actions_["open_inside"].trigger()
        (session,) = await asyncio.wait_for(failed, TIMEOUT_S)
        assert session.state is SessionState.FAILED
        assert "damaged" in str(session.error)
        await on.becomes(lambda: sum(not running._ended.done() for running in on.fake.running) <= 2)  # one in reserve

    play(scenario)


def test_closing_the_outer_image_leaves_the_inner_one_and_closing_that_ends_all_of_it(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        outer = await at_images(on)
        before = sum(not running._ended.done() for running in on.fake.running)
        inner = await open_inside(on, b"web.qcow2", on.window.actions_["open_inside"].trigger)
        await on.program.images.close(outer)
        await on.go(b"/")
        assert "inner.txt" in on.names
        await on.program.images.close(inner)
        await on.becomes(lambda: sum(not running._ended.done() for running in on.fake.running) <= before)

    play(scenario)


def test_stopping_its_opening_leaves_nothing(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        outer = await at_images(on)
        before = sum(not running._ended.done() for running in on.fake.running)
        on.select(b"web.qcow2")
        began = on.next(on.models.sidebar.rowsInserted)
        on.window.actions_["open_inside"].trigger()
        await asyncio.wait_for(began, TIMEOUT_S)
        inner = on.models.sidebar.sessions[-1]
        assert inner is not outer
        on.program.images.stop(inner)
        await on.becomes(lambda: inner.state is SessionState.NO_IMAGE)
        await on.becomes(lambda: sum(not running._ended.done() for running in on.fake.running) <= before)

    play(scenario)


def test_an_appliance_that_died_is_started_again_at_the_same_place(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await at_images(on)
        inner = await open_inside(on, b"web.qcow2", on.window.actions_["open_inside"].trigger)
        died = on.next(on.program.images.died)
        engine = on.program.images.engine(inner)
        assert engine is not None
        engine._handle._core.link.appliance.kill()  # type: ignore[union-attr]  # it runs
        await asyncio.wait_for(died, TIMEOUT_S)
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["restart"].trigger()
        await asyncio.wait_for(listed, TIMEOUT_S)
        await on.becomes(lambda: "inner.txt" in on.names)

    play(scenario)


def test_what_is_taken_out_comes_from_inside(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        outer = await at_images(on)
        inner = await open_inside(on, b"web.qcow2", on.window.actions_["open_inside"].trigger)
        await on.program.images.close(outer)
        work = Extraction(inner.machine, inner.trees[0], (b"/inner.txt",), str(tmp_path))
        assert not work.can_be_noted
        job = on.program.job_wiring.extract(work, str(tmp_path))
        await on.until(lambda: job.is_over, job.changed)
        assert (tmp_path / "inner.txt").read_bytes() == b"inside\n"

    play(scenario)


def test_an_image_in_a_copy_that_is_edited_is_not_opened(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await at_images(on)
        begun = on.next(on.program.edits.begun)
        on.window.actions_["edit"].trigger()
        await asyncio.wait_for(begun, TIMEOUT_S)
        await on.becomes(lambda: "web.qcow2" in on.names)
        on.select(b"web.qcow2")
        on.window.actions_["open_inside"].trigger()
        await on.becomes(on.window.banner.isVisible)
        assert on.models.sidebar.sessions == [session]

    play(scenario)


def test_images_have_an_icon_of_their_own_in_lists(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await at_images(on)
        table = on.models.table
        kinds = {name: folder_columns.icon_name(table.entry(row), name) for row, name in enumerate(on.names)}
        assert kinds["web.qcow2"] == kinds["bad.vmdk"] == "image"
        assert kinds["notes.txt"] == "file-text"
        assert folder_columns.type_text(table.entry(on.names.index("web.qcow2")), "web.RAW") == "Disk image"

    play(scenario)


def test_machines_know_where_they_lie_and_mounts_are_told() -> None:
    tree = MountTree("DATA", (Mount("/dev/sda1", b"/"),))
    key = Unlocked("/dev/sda1", b"a secret", "crypt")
    middle = machine_inside(Inside(Machine(IMAGE, snapshot="before"), 2, tree, b"/x/web.qcow2", (key,)))
    deep = machine_inside(Inside(middle, 0, tree, b"/deep\xff.img"))
    assert deep.host_image == IMAGE
    assert len({IMAGE, middle.key, deep.key}) == 3
    command = mount_command(ImageSession(deep), 1, "/somewhere")
    assert command[-2:] == [IMAGE, "/somewhere"]
    assert [word for word in command if word.startswith(("--inside", "--keys-outside"))] == [
        "--inside=2:/x/web.qcow2", "--inside=0:/deep\udcff.img", "--keys-outside=1,0",
    ]  # fmt: skip
    assert "secret" not in repr(deep) + " ".join(command)


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        (b"x", QCOW2[:100], True),
        (b"x", b"vhdxfile" + bytes(100), True),
        (b"vmlinuz", bytes(510) + b"\x55\xaa\0\0HdrS" + bytes(40_000), False),
        (b"x", bytes(510) + b"\x55\xaa" + bytes(40_000), True),
        (b"boot.img", bytes(510) + b"\x55\xaa", False),
        (b"x", b"version=1\n", False),
        (b"x.vmdk", b"version=1\n", True),
        (b"x", bytes(1080) + b"\x53\xef" + bytes(40_000), True),
        (b"x.iso", bytes(32769) + b"CD001" + bytes(2000), True),
        (b"a.tar", bytes(257) + b"ustar" + bytes(40_000), False),
        (b"a.ova", bytes(257) + b"ustar" + bytes(40_000), True),
        (b"x.img", bytes(40_000), False),
        (b"empty.img", b"", False),
    ],
)
def test_images_are_known_by_their_beginning(name: bytes, head: bytes, expected: bool) -> None:
    assert looks_like_image(name, head, len(head)) == expected
