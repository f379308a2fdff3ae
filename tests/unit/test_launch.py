"""What keeps an appliance from starting is told in the engine's words, whatever it was."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence

import pytest
from cutaway import Handle, State
from cutaway.drives import Drive
from cutaway.errors import LaunchError
from cutaway.hypervisor import Report
from cutaway.settings import Settings
from cutaway.testing import FakeAppliance, FakeRunning


class NoDescriptors(FakeAppliance):
    """A hypervisor in a program that may open no more files."""

    async def start(self, *_: object) -> None:  # type: ignore[override]
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_a_host_that_has_no_more_descriptors_is_a_failed_launch() -> None:
    with Handle(hypervisor=NoDescriptors()) as handle:
        with pytest.raises(LaunchError, match="Too many open files"):
            handle.launch()
        assert handle.state is State.CONFIG


class Stillborn(FakeAppliance):
    """A hypervisor whose restored appliance has ended before anybody speaks to it."""

    async def start(self, drives: Sequence[Drive], settings: Settings, report: Report) -> FakeRunning:
        running = await super().start(drives, settings, report)
        running.kill()
        await running.ended()
        return running


def test_an_appliance_that_ends_before_it_is_woken_is_a_failed_launch() -> None:
    with Handle(hypervisor=Stillborn()) as handle:
        with pytest.raises(LaunchError, match="did not come up"):
            handle.launch()
        assert handle.state is State.CONFIG
