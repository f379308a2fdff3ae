"""A full disk of the host below a drive: what failed for want of room is told as that, anything else as what it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cutaway import Handle, events
from cutaway.errors import GuestError, HostFull, NotFound
from cutaway.testing import FakeAppliance, sample_image


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": sample_image()})


@pytest.fixture
def handle(fake: FakeAppliance) -> Iterator[Handle]:
    with Handle(hypervisor=fake) as handle:
        handle.add_drive("/image")
        handle.launch()
        yield handle


def test_an_error_of_the_guest_is_told_with_the_place_that_is_full(fake: FakeAppliance, handle: Handle) -> None:
    fake.behaviour.refuse["mount"] = ("EUCLEAN", "the file system is damaged")
    fake.behaviour.full_place = "/full"
    with pytest.raises(HostFull, match=r"/full is full.*damaged") as caught:
        handle.mount("/dev/sda1", "/")
    assert isinstance(caught.value.__cause__, GuestError)
    with pytest.raises(GuestError) as again:
        handle.mount("/dev/sda1", "/")
    assert not isinstance(again.value, HostFull), "told once: it may have room again"


def test_what_has_nothing_to_do_with_room_is_told_as_it_is(fake: FakeAppliance, handle: Handle) -> None:
    handle.mount_ro("/dev/sda1", "/")
    fake.behaviour.full_place = "/full"
    with pytest.raises(NotFound):
        handle.cat("/nothing")


def test_a_mount_that_did_without_its_journal_warns(fake: FakeAppliance, handle: Handle) -> None:
    warnings: list[str] = []
    handle.on(events.Warning, lambda event: warnings.append(event.text))
    fake.behaviour.full_place = "/full"
    handle.mount_ro("/dev/sda1", "/")
    assert [text.split(":")[0] for text in warnings] == ["/full is full"]
