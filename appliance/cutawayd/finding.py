"""The device that a parameter names: arrays are started and volume groups activated where it needs them."""

from __future__ import annotations

import os
import re

from cutawayd import arrays, lvm
from cutawayd.names import translate
from cutawayd.work import Work

_ARRAY = re.compile(r"/dev/md\d+(?:p\d+)?")


def find_device(work: Work, name: str) -> str:
    """Return the device that a parameter means; an array or a logical volume that is not active yet is activated.

    Raises:
        OSError: there is none.
    """
    if not os.path.exists(name):
        if _ARRAY.fullmatch(name):
            arrays.look(work)
        elif lvm.is_volume_name(name) and work.guest.may_activate_volumes:
            _activate(work, name)
    return translate(name)


def _activate(work: Work, volume: str) -> None:
    """Activate volume groups. Arrays that may hold some are looked for last: hardly any machine has them."""
    lvm.activate(work)
    if not os.path.exists(volume) and arrays.look(work):
        lvm.activate(work)
