"""The kernel's log comes while nobody calls, and while one call follows another."""

from __future__ import annotations

import time

import pytest
from cutaway import Handle
from cutaway.events import KernelLog

from tests.contract.conftest import ROOT

SOON_S = 30.0


@pytest.mark.parametrize("is_idle", [True, False], ids=["idle", "busy"])
def test_what_the_kernel_says_of_a_mount_is_heard(handle: Handle, is_idle: bool) -> None:
    heard: list[KernelLog] = []
    token = handle.on(KernelLog, heard.append)
    try:
        handle.mount_ro(ROOT, "/")
        deadline = time.monotonic() + SOON_S
        while not any("mount" in event.text.lower() for event in heard) and time.monotonic() < deadline:
            time.sleep(0.01) if is_idle else handle.ping_daemon()
    finally:
        handle.off(token)
    assert any("mount" in event.text.lower() and event.seconds for event in heard), heard
