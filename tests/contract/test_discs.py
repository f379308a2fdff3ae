"""Discs that can also be written to a stick: the file system is on the whole drive, under a partition table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.mount_plan import plan
from images import hybrid_iso
from support.backends import Backend


@pytest.fixture
def disc(backend: Backend, tmp_path: Path) -> Iterator[Handle]:
    if not backend.is_real:
        pytest.skip("only real drives have both")
    image = tmp_path / "disc.iso"
    image.write_bytes(hybrid_iso.build())
    with backend.empty_handle() as handle:
        handle.add_drive(image)
        handle.launch()
        yield handle


def test_the_whole_drive_is_found_and_its_partition_is_no_second_one(disc: Handle) -> None:
    assert disc.list_partitions() == ["/dev/sda1"]
    assert disc.list_filesystems() == {"/dev/sda": "iso9660"}
    found = disc.survey()
    assert [(item.mountable, item.label) for item in found.filesystems] == [("/dev/sda", "HYBRID")]


def test_it_is_offered_and_can_be_read(disc: Handle) -> None:
    (tree,) = plan(disc.survey())
    assert disc.mount_tree(tree.arguments) == []
    assert disc.cat("/hello.txt") == hybrid_iso.CONTENT
