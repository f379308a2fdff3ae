"""Names of libguestfs that are older than those which took their place: the same work, by other arguments."""

from __future__ import annotations

from cutaway.compat.action import action
from cutaway.compat.greps import Greps


class Older(Greps):
    """The older names."""

    @action
    def vgscan(self) -> None:
        """Look for volume groups; libguestfs would rather have lvm_scan."""
        self._running("vgscan").lvm_scan(activate=False)
