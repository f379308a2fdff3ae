"""Images as drives of one machine: an archive may hold several, and then they belong together."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import replace

from cutaway.core import HandleCore
from cutaway.drives import Drive
from cutaway.errors import DriveError, EngineError
from cutaway.worker import Worker

#: How the files of an evidence image are called.
_EVIDENCE = re.compile(r".*\.[e-z](?:\d{2}|[a-z]{2})", re.IGNORECASE | re.DOTALL)


async def add_drive(core: HandleCore, worker: Worker, drive: Drive) -> Drive:
    """Add a drive; an evidence image (EWF) is decoded. Returns it with its serial number.

    Raises:
        StateError, DriveError: as `add_images`.
    """
    if drive.source is None and _EVIDENCE.fullmatch(drive.path):
        from cutaway.inside.evidence import with_evidence  # noqa: PLC0415 hardly any image is one

        drive = await with_evidence(drive, core, worker)
    return await core.add_drive(drive)


async def add_images(core: HandleCore, worker: Worker, drive: Drive) -> list[Drive]:
    """Add a drive; of an archive with several images (OVA) each becomes one. Returns them with their serial numbers.

    Args:
        core: Of the handle that gets them.
        worker: Where that lives.
        drive: How each is to be added.

    Raises:
        StateError: while launching or closed.
        DriveError: an image cannot be used; nothing is added.
    """
    wanted = await asyncio.to_thread(_each_of, drive)
    added: list[Drive] = []
    try:
        while len(added) < len(wanted):
            added.append(await add_drive(core, worker, wanted[len(added)]))
    except BaseException:
        with contextlib.suppress(EngineError):  # why it could not be added is what matters
            while added:
                await core.remove_drive(added.pop())
        raise
    return added


def _each_of(drive: Drive) -> list[Drive]:
    """Return a drive for each image; what cannot be looked at is one, and adding it tells why."""
    from cutaway.image_file import images_in  # noqa: PLC0415 few programs need it before qemu starts

    try:
        names = images_in(drive.path) if drive.format is None else []
    except DriveError:
        names = []
    if len(names) < 2:
        return [drive]
    return [replace(drive, member=number, label=name) for number, name in enumerate(names)]
