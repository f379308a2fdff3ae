"""Calls about the appliance itself."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import call


class ApplianceCalls:
    """The daemon and what it can do."""

    @call(number=160)
    def ping_daemon(self) -> None:
        """Do nothing, in the daemon: a test of the whole way."""

    @call(number=161)
    def version(self) -> records.Version:
        """Return the version of Cutaway in the appliance."""

    @call(number=162)
    def available(self, groups: list[str]) -> None:
        """Fail with EOPNOTSUPP if a feature group is not available or not known."""

    @call(number=163)
    def feature_available(self, groups: list[str]) -> bool:
        """Return whether all these feature groups are available."""

    @call(number=164, cancellable=True)
    def sync(self) -> None:
        """Write everything to the drives (sync(2))."""

    @call(number=165)
    def drop_caches(self, whattodrop: int) -> None:
        """Drop the guest kernel's caches: 1 pages, 2 inodes, 3 both (proc_sys_vm(5))."""

    @call(number=166, cancellable=True)
    def debug_sleep(self, milliseconds: int) -> None:
        """Do nothing for a while, cancellable: for tests of queues and cancellation."""

    @call(number=167)
    def dmesg(self) -> str:
        """Return the appliance's kernel log so far; untrusted text."""
