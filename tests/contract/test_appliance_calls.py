"""Calls about the appliance itself."""

from __future__ import annotations

import pytest
from cutaway import Handle
from cutaway.errors import GuestError


def test_the_daemon_answers(handle: Handle) -> None:
    handle.ping_daemon()
    assert (handle.version().major, handle.version().minor) == (0, 1)


def test_features(handle: Handle) -> None:
    assert handle.feature_available(["core", "lvm2", "linuxxattrs"])
    assert not handle.feature_available(["core", "teleport"])
    handle.available(["core"])
    handle.available([])
    with pytest.raises(GuestError, match="teleport") as caught:
        handle.available(["core", "teleport"])
    assert caught.value.errno_name == "EOPNOTSUPP"


def test_sync_and_caches(handle: Handle) -> None:
    handle.sync()
    handle.drop_caches(3)
    with pytest.raises(GuestError) as caught:
        handle.drop_caches(9)
    assert caught.value.errno_name == "EINVAL"


def test_the_kernels_log_is_kept(handle: Handle) -> None:
    assert "Linux version" in handle.dmesg()
