"""Calls that change what LVM2 manages (lvm(8)), or ask more of it than its lists tell.

On a drive added read-only what they write ends in its overlay.
"""

from __future__ import annotations

from cutaway.protocol.declaration import call


class VolumeCalls:
    """Volumes and groups changed. Names are LVM's: letters, digits and "+_.-", the first of them no "-".

    Fails with EINVAL if a name is none, with EIO and LVM's own words if it refuses.
    """

    @call(number=570, feature="lvm2", cancellable=True)
    def lvm_remove_all(self) -> None:
        """Remove all logical volumes, volume groups and physical volumes of all drives."""
