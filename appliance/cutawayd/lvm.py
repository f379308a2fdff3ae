"""LVM2, through the lvm program: it must be spawned, so it is spawned seldom."""

from __future__ import annotations

import json
import os
from typing import Any

from cutaway.records import LogicalVolume, PhysicalVolume, VolumeGroup
from cutawayd.children import ToolError, run
from cutawayd.work import Work

_REPORT = ("--reportformat", "json", "--units", "b", "--nosuffix")


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
    rows = _rows(work, "pvs", "pv", "pv_name,pv_uuid,vg_name,pv_size,pv_free")
    return [_physical(row) for row in rows if row["pv_name"].startswith("/dev/")]


def vgs_full(work: Work) -> list[VolumeGroup]:
    """List the volume groups with their facts."""
    rows = _rows(work, "vgs", "vg", "vg_name,vg_uuid,vg_size,vg_free,pv_count,lv_count,vg_attr")
    return [
        VolumeGroup(
            row["vg_name"], row["vg_uuid"], int(row["vg_size"]), int(row["vg_free"]), int(row["pv_count"]),
            int(row["lv_count"]), row["vg_attr"],
        )
        for row in rows
    ]  # fmt: skip


def lvs_full(work: Work) -> list[LogicalVolume]:
    """List the logical volumes with their facts."""
    return [_logical(row) for row in _rows(work, "lvs", "lv", "lv_name,vg_name,lv_uuid,lv_size,lv_attr")]


def vg_activate_all(work: Work, activate: bool) -> None:  # noqa: FBT001
    """Activate or deactivate all volume groups."""
    run(work, ["lvm", "vgchange", "-a", "y" if activate else "n"])


def activate(work: Work) -> list[str]:
    """Activate what can be; return a sentence for what cannot."""
    try:
        run(work, ["lvm", "vgchange", "-a", "y"])
    except ToolError as error:
        return [f"Not all logical volumes could be activated: {line.strip()}" for line in str(error).splitlines()[:3]]
    return []


def report(work: Work) -> tuple[list[PhysicalVolume], list[LogicalVolume]]:
    """Return physical and logical volumes."""
    return pvs_full(work), lvs_full(work)


def _rows(work: Work, command: str, kind: str, fields: str) -> list[dict[str, str]]:
    output = run(work, ["lvm", command, *_REPORT, "-o", fields])
    reports: list[dict[str, Any]] = json.loads(output)["report"]
    return [row for item in reports for row in item.get(kind, [])]


def _physical(row: dict[str, str]) -> PhysicalVolume:
    return PhysicalVolume(row["pv_name"], row["pv_uuid"], row["vg_name"], int(row["pv_size"]), int(row["pv_free"]))


def _logical(row: dict[str, str]) -> LogicalVolume:
    device = os.path.join("/dev", row["vg_name"], row["lv_name"])
    return LogicalVolume(device, row["lv_name"], row["vg_name"], row["lv_uuid"], int(row["lv_size"]), row["lv_attr"])
