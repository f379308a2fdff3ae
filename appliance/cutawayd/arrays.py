"""Arrays of Linux software RAID (md(4)): found by the superblocks of their members, named, and started by mdadm(8).

They start "read-auto": nothing is written to a member before something is written to the array. Then neither resync nor
recovery nor reshape begins, since that would read and write whole disks. An array that lacks members starts as long as
the others will do. No program runs unless there are members that no array has yet.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass

from cutaway.records import LACKING, Partition, RaidArray

from cutawayd import lvmlibrary, mdsysfs
from cutawayd.children import ToolError, run
from cutawayd.drives import SECTOR, Disk, disks, number, partitions_of, size_bytes, write_short
from cutawayd.guest import Guest
from cutawayd.holders import all_holders, holders, is_member, probe_if_partitioned
from cutawayd.mappings import mappings
from cutawayd.mdsuperblock import NUMBERS, Superblock, read
from cutawayd.work import Work

CONFIGURATION = "/run/cutaway/mdadm.conf"
PARAMETERS = "/sys/module/md_mod/parameters"
#: Statuses of mdadm: it has started all, some or none. What it has started is seen in sysfs.
STATUSES = (0, 1, 2, 3, 4)
#: How many members a level can do without; those that are not here do with any one.
EXPENDABLE = {-1: 0, 0: 0, 4: 1, 5: 1, 6: 2}


@dataclass(frozen=True, slots=True)
class Array:
    """An array of which members were found: its name whether it runs or not, and the members.

    Attributes:
        superblock: What one of its members says.
        active: How many of the members hold data.
    """

    name: str
    superblock: Superblock
    members: list[str]
    active: int

    @property
    def device(self) -> str:
        """Its device, which is there if it runs."""
        return f"/dev/{self.name}"

    @property
    def key(self) -> tuple[str, frozenset[str]]:
        """What an attempt to start it depends on."""
        return self.superblock.uuid, frozenset(self.members)

    @property
    def is_enough(self) -> bool:
        """Whether so many members may do; only mdadm and the kernel know whether they are up to date."""
        expendable = EXPENDABLE.get(self.superblock.level, self.superblock.raid_disks - 1)
        return self.active >= self.superblock.raid_disks - expendable

    @property
    def is_running(self) -> bool:
        """Whether there is content."""
        return mdsysfs.is_running(self.name)

    @property
    def holders(self) -> list[str]:
        """The devices that can hold content: its partitions, or itself; none if it does not run."""
        disk = Disk(self.device, self.name, "")
        return holders({disk: probe_if_partitioned(disk)}) if self.is_running else []

    @property
    def level(self) -> str:
        """The level as the kernel calls it: "raid1"."""
        return f"raid{self.superblock.level}" if self.superblock.level >= 0 else "linear"

    @property
    def record(self) -> RaidArray:
        """What the host is told of one that runs."""
        block = self.superblock
        return RaidArray(
            self.device, block.name, block.uuid, self.level, size_bytes(self.device), block.raid_disks, self.members,
            [_partition(self.name, name) for name in partitions_of(Disk(self.device, self.name, ""))],
        )  # fmt: skip


def _partition(array: str, name: str) -> Partition:
    base = f"/sys/block/{array}/{name}"
    start, size = number(f"{base}/start") * SECTOR, number(f"{base}/size") * SECTOR
    return Partition(f"/dev/{name}", number(f"{base}/partition"), start, size)


def look(work: Work) -> list[Array]:
    """Start the arrays of all members that are found on drives and in encrypted volumes; return them."""
    inside = [item.device for item in mappings()]
    whole = disks()
    partitions = [f"/dev/{name}" for disk in whole for name in partitions_of(disk)]
    if not any(map(read, [*(disk.device for disk in whole), *partitions, *inside])):
        return []  # a superblock is looked for much more quickly than libblkid can tell whose it is
    devices = [*all_holders(), *inside]
    return started(work, [device for device in devices if is_member(device)])


def started(work: Work, members: list[str]) -> list[Array]:
    """Start the arrays of these members, and of members that lie on these arrays; return them, running or not."""
    found: dict[str, Array] = {}
    while members:
        new = [array for array in _of(work.guest, members) if array.superblock.uuid not in found]
        _start(work, [array for array in new if _is_worth_a_try(work.guest, array)])
        found |= {array.superblock.uuid: array for array in new}
        members = [device for array in new for device in array.holders if is_member(device)]
    return list(found.values())


def _of(guest: Guest, members: list[str]) -> list[Array]:
    """Return the arrays that members belong to, in the order of their first members, but for those somebody stopped."""
    groups: dict[str, list[tuple[str, Superblock]]] = {}
    for device in members:
        if (block := read(device)) is not None and block.uuid not in guest.arrays_stopped:
            groups.setdefault(block.uuid, []).append((device, block))
    return [
        Array(
            _name(guest, group[0][1]), group[0][1], [device for device, _ in group],
            sum(block.is_active for _, block in group),
        )
        for group in groups.values()
    ]  # fmt: skip


def _name(guest: Guest, block: Superblock) -> str:
    """Return the name of an array: by the number that it asks for, or one from 127 on downwards, as mdadm does it.

    Who comes first is served first, in the order of drives and partitions: that is the same in every appliance that has
    the same drives, and a drive that is added later changes nothing.
    """
    if block.uuid not in guest.array_numbers:
        guest.array_numbers[block.uuid] = free_number(guest, block.number)
    return f"md{guest.array_numbers[block.uuid]}"


def free_number(guest: Guest, wished: int | None) -> int:
    """Return the number that a new array gets."""
    taken = set(guest.array_numbers.values())
    free = itertools.chain(() if wished is None else (wished,), range(127, -1, -1), range(128, NUMBERS))
    return next(candidate for candidate in free if candidate not in taken)


def _is_worth_a_try(guest: Guest, array: Array) -> bool:
    """Return whether an array shall be started: enough is there of it, and it was not tried with these members yet.

    One that runs without a member which has come meanwhile is stopped for that, unless it is in use.
    """
    if array.key in guest.arrays_tried or not array.is_enough:
        return False
    if array.is_running:
        try:
            mdsysfs.stop(array.name)
        except OSError:
            return False
    return True


def _start(work: Work, arrays: list[Array]) -> None:
    if not arrays:
        return
    load_modules(work, {array.superblock.level for array in arrays})
    write_short(f"{PARAMETERS}/start_ro", b"1")
    # What a degraded array was writing when its machine went down may be wrong; all else can still be rescued.
    write_short(f"{PARAMETERS}/start_dirty_degraded", b"1")
    try:
        _run_mdadm(work, arrays)
    finally:
        for array in arrays:
            mdsysfs.settle(array.name)
    work.guest.arrays_tried |= {array.key for array in arrays}


def load_modules(work: Work, levels: set[int]) -> None:
    """Load the driver, with what these levels need; the kernel loads what is missed, but starts a program for each."""
    if not os.path.exists(PARAMETERS):
        wanted = ["md_mod", *(f"md-level-{level}" for level in sorted(levels))]
        run(work, ["modprobe", "--all", "--quiet", *wanted], accept=(0, 1))
        lvmlibrary.forget_devices()


def _run_mdadm(work: Work, arrays: list[Array]) -> None:
    """Have mdadm assemble arrays; if it crashes, each on its own: one may be hostile, and the others are innocent."""
    lines = ["HOMEHOST <ignore>", "AUTO -all", *(f"DEVICE {member}" for array in arrays for member in array.members)]
    lines += [f"ARRAY {array.device} UUID={array.superblock.uuid}" for array in arrays]
    with open(CONFIGURATION, "w", encoding="ascii") as file:
        file.write("\n".join([*lines, ""]))
    command = ["mdadm", "--assemble", "--scan", "--config", CONFIGURATION, "--run", "--freeze-reshape"]
    try:
        run(work, command, accept=STATUSES)
    except ToolError as error:
        work.log(f"arrays could not be assembled: {error}")
        for array in arrays if len(arrays) > 1 else ():
            _run_mdadm(work, [array])


def superblocks() -> dict[str, Superblock]:
    """Return what the members of the arrays that run say of these, by their devices."""
    found = {f"/dev/{name}": _members_word(name) for name in mdsysfs.running()}
    return {device: block for device, block in found.items() if block is not None}


def _members_word(name: str) -> Superblock | None:
    return next(
        (block for member in os.listdir(f"/sys/block/{name}/slaves") if (block := read(f"/dev/{member}"))), None
    )


def stop_all_on(guest: Guest, folder: str) -> None:
    """Stop the arrays that lie on a block device or its partitions, and those on these.

    Args:
        guest: What the daemon knows of arrays.
        folder: The device's folder in sysfs.

    Raises:
        OSError: EBUSY, one is in use.
    """
    inner = [entry.path for entry in os.scandir(folder) if os.path.exists(f"{entry.path}/partition")]
    for place in [*inner, folder]:
        for name in os.listdir(f"{place}/holders"):
            if os.path.exists(f"/sys/block/{name}/md"):
                stop_all_on(guest, f"/sys/block/{name}")
                mdsysfs.stop(name)
                forget(guest, name)


def forget(guest: Guest, name: str) -> str:
    """Know nothing any more of an array that was stopped, its number is free again; return its UUID."""
    uuid = next((uuid for uuid, number in guest.array_numbers.items() if name == f"md{number}"), "")
    guest.array_numbers.pop(uuid, None)
    guest.arrays_tried -= {key for key in guest.arrays_tried if key[0] == uuid}
    return uuid


def warnings(arrays: list[Array]) -> list[str]:
    """Return a sentence for each array that lacks a member."""
    return [sentence for array in arrays if (sentence := _warning(array))]


def _warning(array: Array) -> str:
    needed = array.superblock.raid_disks
    called = f"The array {array.name} ({_level_text(array)}{_title(array.superblock)})"
    if array.is_running:
        there = needed - mdsysfs.degraded(array.name)
        if there >= needed:
            return ""
        return f"{called} is degraded, it has {there} of {needed} members: what it holds can be read all the same"
    if array.active < needed:
        return f"{called} lacks members, it has {array.active} of {needed}: {LACKING} the others"
    return f"{called} cannot be started: its members contradict each other, or the appliance has no driver for it"


def _level_text(array: Array) -> str:
    return array.level.replace("raid", "RAID ")


def _title(block: Superblock) -> str:
    """Return what its machine calls an array, if that is harmless text."""
    return f", {block.name}" if block.name.isascii() and block.name.isprintable() and block.name else ""
