"""Volumes and groups of LVM2 changed, through its library."""

from __future__ import annotations

import errno
import os

from cutaway.records import LogicalVolume

from cutawayd import arrays, lvm, lvmlibrary
from cutawayd.children import ToolError
from cutawayd.lvmnames import device_word, name_word, volume_word
from cutawayd.names import translate
from cutawayd.work import Work

#: What LVM says when a volume has the wished size already.
_SAME_SIZE = "matches existing size"


def lvm_remove_all(work: Work) -> None:
    """Remove everything."""
    groups = [group.vg_name for group in lvm.vgs_full(work)]
    if groups:
        _run(work, *(f"vgremove --yes --force --force {name_word(one)}" for one in groups))
    volumes = [volume.pv_name for volume in lvm.pvs_full(work)]
    if volumes:
        _run(work, f"pvremove --yes --force --force {' '.join(map(device_word, volumes))}")


def lvremove(work: Work, device: str) -> None:
    """Remove a logical volume, or all of a group."""
    _run(work, f"lvremove --yes --force {device_word(device)}")


def vgremove(work: Work, vgname: str) -> None:
    """Remove a group."""
    _run(work, f"vgremove --yes --force {name_word(vgname)}")


def pvremove(work: Work, device: str) -> None:
    """Remove a physical volume."""
    _run(work, f"pvremove --yes --force --force {device_word(device)}")


def pvresize(work: Work, device: str) -> None:
    """Resize a physical volume to its device."""
    _run(work, f"pvresize {device_word(device)}")


def pvresize_size(work: Work, device: str, size: int) -> None:
    """Resize a physical volume."""
    _positive(size, device)
    _run(work, f"pvresize --yes --setphysicalvolumesize {size}b {device_word(device)}")


def vg_activate(work: Work, activate: bool, volgroups: list[str]) -> None:
    """Activate or deactivate groups."""
    arrays.look(work)
    work.guest.may_activate_volumes = activate
    _run(work, " ".join([f"vgchange -a {'y' if activate else 'n'}", *map(name_word, volgroups)]))


def lvcreate_free(work: Work, logvol: str, volgroup: str, percent: int) -> None:
    """Make a logical volume of a part of what is free."""
    wanted = f"-l {_percent(percent)}%FREE -n {name_word(logvol)} {name_word(volgroup)}"
    _run(work, f"lvcreate --yes -W y {wanted}")


def lvresize(work: Work, device: str, mbytes: int) -> None:
    """Resize a logical volume."""
    _positive(mbytes, device)
    _resize(work, f"lvresize --yes --force -L {mbytes}M {device_word(device)}")


def lvresize_free(work: Work, lv: str, percent: int) -> None:
    """Let a logical volume grow."""
    _resize(work, f"lvresize --yes -l +{_percent(percent)}%FREE {device_word(lv)}")


def _resize(work: Work, command: str) -> None:
    try:
        _run(work, command)
    except ToolError as error:
        if _SAME_SIZE not in str(error):
            raise


def lvrename(work: Work, logvol: str, newlogvol: str) -> None:
    """Rename a logical volume."""
    _run(work, f"lvrename {volume_word(logvol)} {volume_word(newlogvol)}")


def vgrename(work: Work, volgroup: str, newvolgroup: str) -> None:
    """Rename a group."""
    _run(work, f"vgrename {name_word(volgroup)} {name_word(newvolgroup)}")


def pvuuid(work: Work, device: str) -> str:
    """Return the UUID of a physical volume."""
    found = [volume.pv_uuid for volume in lvm.pvs_full(work) if volume.pv_name == device]
    return _one(found, device, "this is no physical volume")


def vguuid(work: Work, vgname: str) -> str:
    """Return the UUID of a group."""
    return _one([group.vg_uuid for group in lvm.vgs_full(work) if group.vg_name == vgname], vgname, "no such group")


def lvuuid(work: Work, device: str) -> str:
    """Return the UUID of a logical volume."""
    return _volume(work, device).lv_uuid


def vgpvuuids(work: Work, vgname: str) -> list[str]:
    """List the UUIDs of a group's physical volumes."""
    vguuid(work, vgname)
    return [volume.pv_uuid for volume in lvm.pvs_full(work) if volume.vg_name == vgname]


def vglvuuids(work: Work, vgname: str) -> list[str]:
    """List the UUIDs of a group's logical volumes."""
    vguuid(work, vgname)
    return [volume.lv_uuid for volume in lvm.lvs_full(work) if volume.vg_name == vgname]


def _one(found: list[str], subject: str, otherwise: str) -> str:
    if not found:
        raise OSError(errno.ENOENT, otherwise, subject)
    return found[0]


def lvm_canonical_lv_name(work: Work, lvname: str) -> str:
    """Return the usual name of a logical volume."""
    return _volume(work, translate(lvname)).device


def _volume(work: Work, device: str) -> LogicalVolume:
    """Return the logical volume that a device is, by whichever name.

    Raises:
        OSError: EINVAL, it is none.
    """
    number = os.stat(device).st_rdev
    for volume in lvm.lvs_full(work):
        if os.path.exists(volume.device) and os.stat(volume.device).st_rdev == number:
            return volume
    raise OSError(errno.EINVAL, "this is no logical volume", device)


def lvm_scan(work: Work, activate: bool) -> None:
    """Look for groups."""
    arrays.look(work)
    if activate:
        work.guest.may_activate_volumes = True
        lvm.activate(work)


def vgmeta(work: Work, vgname: str) -> bytes:
    """Return the metadata of a group."""
    path = "/run/cutaway/vgmeta"
    try:
        _run(work, f"vgcfgbackup -f {path} {name_word(vgname)}")
        with open(path, "rb") as file:
            return file.read()
    finally:
        if os.path.exists(path):
            os.unlink(path)


def pvchange_uuid(work: Work, device: str) -> None:
    """Give a physical volume another UUID."""
    _run(work, f"pvchange -u {device_word(device)}")


def pvchange_uuid_all(work: Work) -> None:
    """Give all of them others."""
    _run(work, "pvchange -u -a")


def vgchange_uuid(work: Work, vg: str) -> None:
    """Give a group another UUID."""
    _run(work, f"vgchange -u {name_word(vg)}")


def vgchange_uuid_all(work: Work) -> None:
    """Give all of them others."""
    _run(work, "vgchange -u")


def lvm_set_filter(work: Work, devices: list[str]) -> None:
    """Let LVM see some devices only."""
    _refilter(work, [translate(device) for device in devices])


def lvm_clear_filter(work: Work) -> None:
    """Let LVM see everything."""
    _refilter(work, None)


def _refilter(work: Work, devices: list[str] | None) -> None:
    chosen = lvmlibrary.filter_of(devices)
    _run(work, "vgchange -a n")
    work.guest.lvm_filter = chosen
    if work.guest.may_activate_volumes:
        _run(work, "vgchange -a y")


def _run(work: Work, *commands: str) -> None:
    lvmlibrary.run(work, commands, must_succeed=True)


def _percent(percent: int) -> int:
    if not 0 <= percent <= 100:
        raise OSError(errno.EINVAL, "percents are 0 to 100")
    return percent


def _positive(size: int, device: str) -> None:
    if size <= 0:
        raise OSError(errno.EINVAL, "the size must be above zero", device)
