"""The kernel's log comes while nobody calls, and while one call follows another."""

from __future__ import annotations

import time

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.events import KernelLog

from tests.contract.conftest import ROOT

SOON_S = 30.0


@pytest.mark.parametrize("is_idle", [True, False], ids=["idle", "busy"])
def test_what_the_kernel_says_of_a_mount_is_heard(handle: Handle, is_idle: bool) -> None:
    heard: list[KernelLog] = []
    token = handle.on(KernelLog, heard.append)
    try:
        with pytest.raises(GuestError, match="does not take all of the options anyhow"):
            handle.mount_options("ro,anyhow", ROOT, "/")  # of what works it says only so much in so much time
        deadline = time.monotonic() + SOON_S
        while not any("anyhow" in event.text for event in heard) and time.monotonic() < deadline:
            time.sleep(0.01) if is_idle else handle.ping_daemon()
    finally:
        handle.off(token)
    assert any("anyhow" in event.text and event.seconds for event in heard), heard
