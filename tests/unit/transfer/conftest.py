"""What tests of transfers in memory share: a handle on the fake appliance that each file makes, and a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.testing import FakeAppliance


@pytest.fixture
def handle(fake: FakeAppliance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Handle]:
    """Give a launched handle with the image mounted; the journal of extractions is kept apart."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Handle(hypervisor=fake) as handle:
        handle.add_drive_ro("/image")
        handle.launch()
        handle.mount_ro("/dev/sda1", "/")
        yield handle


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Give an empty folder to extract into."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"
