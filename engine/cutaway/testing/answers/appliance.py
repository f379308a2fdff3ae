"""Answers about the appliance itself."""

from __future__ import annotations

from cutaway.calls import CALLS
from cutaway.records import Version
from cutaway.testing.answers.base import Family
from cutaway.testing.vfs import Refusal

FEATURES = {call.feature for call in CALLS.values()}


class ApplianceAnswers(Family):
    """ApplianceCalls, answered."""

    def ping_daemon(self) -> None:
        """Do nothing."""

    def version(self) -> Version:
        """Say the version."""
        return Version(0, 1, 0, "fake")

    def available(self, groups: list[str]) -> None:
        """Refuse what no call belongs to."""
        missing = [group for group in groups if group not in FEATURES]
        if missing:
            raise Refusal("EOPNOTSUPP", f"not available: {', '.join(missing)}")

    def feature_available(self, groups: list[str]) -> bool:
        """Tell whether there are calls of all groups."""
        return all(group in FEATURES for group in groups)

    def sync(self) -> None:
        """Do nothing: nothing waits."""

    def drop_caches(self, whattodrop: int) -> None:
        """Check the argument."""
        if whattodrop not in {1, 2, 3}:
            raise Refusal("EINVAL", f"drop_caches takes 1, 2 or 3, not {whattodrop}")

    def debug_sleep(self, milliseconds: int) -> None:
        """Wait."""
        self.work.pause(milliseconds / 1000)

    def dmesg(self) -> str:
        """Say a kernel log."""
        return "[    0.000000] Linux version 6.12.0-fake (cutaway@fake) #1 SMP\n"
