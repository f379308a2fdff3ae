"""LVM2, through its library: starting the lvm program takes a quarter of a second under emulation."""

from __future__ import annotations

import os

from cutaway.records import LACKING, LogicalVolume, PhysicalVolume, VolumeGroup

from cutawayd import arrays, lvmlibrary
from cutawayd.drives import SECTOR
from cutawayd.work import Work

#: The library knows no other report format than lines.
_LINES = "--noheadings --nameprefixes --unquoted --separator | --units b --nosuffix"
_PV_FIELDS = "pv_name,pv_uuid,pv_size,pv_free"
_LABEL = b"LABELONE"
_LV_FIELDS = "lv_name,lv_uuid,lv_size,lv_attr"


def pvs(work: Work) -> list[str]:
    """List the physical volumes."""
    return [item.pv_name for item in pvs_full(work)]


def vgs(work: Work) -> list[str]:
    """List the volume groups."""
    return [item.vg_name for item in vgs_full(work)]


def lvs(work: Work) -> list[str]:
    """List the logical volumes."""
    return [item.device for item in lvs_full(work)]


def pvs_full(work: Work) -> list[PhysicalVolume]:
    """List the physical volumes with their facts."""
    rows = _rows(work, "pvs", f"{_PV_FIELDS},vg_name")
    return [_physical(row) for row in rows if row["pv_name"].startswith("/dev/")]


def vgs_full(work: Work) -> list[VolumeGroup]:
    """List the volume groups with their facts."""
    rows = _rows(work, "vgs", "vg_name,vg_uuid,vg_size,vg_free,pv_count,lv_count,vg_attr")
    return [
        VolumeGroup(
            row["vg_name"], row["vg_uuid"], int(row["vg_size"]), int(row["vg_free"]), int(row["pv_count"]),
            int(row["lv_count"]), row["vg_attr"],
        )
        for row in rows
    ]  # fmt: skip


def lvs_full(work: Work) -> list[LogicalVolume]:
    """List the logical volumes with their facts."""
    return [_logical(row) for row in _rows(work, "lvs", f"{_LV_FIELDS},vg_name")]


def vg_activate_all(work: Work, activate: bool) -> None:
    """Activate or deactivate all volume groups."""
    arrays.look(work)
    work.guest.may_activate_volumes = activate
    lvmlibrary.run(work, (f"vgchange -a {'y' if activate else 'n'}",), must_succeed=True)


def activate(work: Work) -> tuple[list[PhysicalVolume], list[LogicalVolume], list[str]]:
    """Activate what can be; return physical and logical volumes, and a sentence for each group that is not complete.

    All commands go to one copy of the loaded library: a program's start is what takes the time.
    """
    if not is_anywhere():
        return [], [], []
    commands = (
        "vgchange -a y",
        f"pvs {_LINES} -o {_PV_FIELDS},vg_name,vg_attr",
        f"lvs {_LINES} -o {_LV_FIELDS},vg_name",
    )
    rows = [_row(line) for line in lvmlibrary.run(work, commands).decode("utf-8", "surrogateescape").splitlines()]
    physical = [row for row in rows if row.get("pv_name", "").startswith("/dev/")]
    logical = [row for row in rows if "lv_name" in row]
    partial = {row["vg_name"] for row in rows if row.get("vg_attr", "")[3:4] == "p"}
    sentences = [f"The volume group {name} lacks a physical volume: {LACKING} it" for name in sorted(partial)]
    return [_physical(row) for row in physical], [_logical(row) for row in logical], sentences


def _row(line: str) -> dict[str, str]:
    """Return a line of `--nameprefixes`: LVM2_NAME=value|… as a row; what is no such line as an empty one."""
    fields = (field.partition("=") for field in line.strip().split("|") if field.startswith("LVM2_"))
    return {name.removeprefix("LVM2_").lower(): value for name, _, value in fields}


def is_volume_name(name: str) -> bool:
    """Return whether a device's name can be a logical volume's: /dev/VG/LV, or one of the device mapper's."""
    return name.startswith("/dev/") and name.count("/") == 3 and "/." not in name


def is_anywhere() -> bool:
    """Return whether a device has a label of LVM, in one of its first four sectors (lvm2, lib/label/label.c).

    Nothing is forked where there is none: most images have none.
    """
    with open("/proc/partitions", "rb") as file:
        names = [line.split()[3] for line in file.readlines()[2:]]
    return any(_has_label(b"/dev/" + name) for name in names)


def _has_label(device: bytes) -> bool:
    try:
        descriptor = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        start = os.pread(descriptor, 4 * SECTOR, 0)
    except OSError:
        return True  # LVM may know better
    finally:
        os.close(descriptor)
    return any(start.startswith(_LABEL, place) for place in range(0, 4 * SECTOR, SECTOR))


def _rows(work: Work, command: str, fields: str) -> list[dict[str, str]]:
    arrays.look(work)
    if not is_anywhere():
        return []
    output = lvmlibrary.run(work, (f"{command} {_LINES} -o {fields}",))
    return [row for row in map(_row, output.decode("utf-8", "surrogateescape").splitlines()) if row]


def _physical(row: dict[str, str]) -> PhysicalVolume:
    return PhysicalVolume(row["pv_name"], row["pv_uuid"], row["vg_name"], int(row["pv_size"]), int(row["pv_free"]))


def _logical(row: dict[str, str]) -> LogicalVolume:
    device = os.path.join("/dev", row["vg_name"], row["lv_name"])
    return LogicalVolume(device, row["lv_name"], row["vg_name"], row["lv_uuid"], int(row["lv_size"]), row["lv_attr"])
