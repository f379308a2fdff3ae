"""What keeps an appliance from starting is told in the engine's words, whatever it was."""

from __future__ import annotations

import errno
import os

import pytest
from cutaway import Handle, State
from cutaway.errors import LaunchError
from cutaway.testing import FakeAppliance


class NoDescriptors(FakeAppliance):
    """A hypervisor in a program that may open no more files."""

    async def start(self, *_: object) -> None:  # type: ignore[override]
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_a_host_that_has_no_more_descriptors_is_a_failed_launch() -> None:
    with Handle(hypervisor=NoDescriptors()) as handle:
        with pytest.raises(LaunchError, match="Too many open files"):
            handle.launch()
        assert handle.state is State.CONFIG
