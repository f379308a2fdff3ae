"""What libguestfs' Python module gives back, made from what Cutaway's calls give. Pure.

Structs are dicts, booleans 0 and 1, hash tables lists of pairs (or dicts, if the handle wishes so), texts `str` in
which undecodable bytes are surrogates, so that `os.fsencode` gives the bytes back. A fact that Cutaway does not know
has no key: it is not made up. UUIDs of LVM come without dashes, as there.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from cutaway.records import (
    Application,
    ArrayMember,
    BtrfsBalance,
    BtrfsQgroup,
    BtrfsScrub,
    BtrfsSubvolume,
    DirectoryEntry,
    ExtendedAttribute,
    InotifyEvent,
    IsoInfo,
    LogicalVolume,
    PhysicalVolume,
    Stat,
    StatVfs,
    SystemNames,
    TableEntry,
    VolumeGroup,
)

Struct = dict[str, Any]
#: Calls whose result is a buffer: bytes, where others give text.
BUFFERS = frozenset({"read_file", "pread", "pread_device", "vgmeta", "initrd_cat", "hivex_value_value"})
#: Calls whose lists of numbers are lists of structs there, by the only field of these.
_NUMBERED = {"hivex_node_children": "hivex_node_h", "hivex_node_values": "hivex_value_h"}
_STAT = ("dev", "ino", "mode", "nlink", "uid", "gid", "rdev", "size", "blksize", "blocks")
_SPARE = 6
_BILLION = 1_000_000_000


def stat_struct(stat: Stat) -> Struct:
    """Return the struct `stat`, with times in seconds."""
    times = {"atime": stat.atime_ns, "mtime": stat.mtime_ns, "ctime": stat.ctime_ns}
    return {name: getattr(stat, name) for name in _STAT} | {name: time // _BILLION for name, time in times.items()}


def statns_struct(stat: Stat | None) -> Struct:
    """Return the struct `statns`; of what could not be read, one with inode -1 and zeros."""
    stat = stat or Stat(0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    struct: Struct = {f"st_{name}": getattr(stat, name) for name in _STAT}
    for name in ("atime", "mtime", "ctime"):
        struct[f"st_{name}_sec"], struct[f"st_{name}_nsec"] = divmod(getattr(stat, f"{name}_ns"), _BILLION)
    return struct | {f"st_spare{number}": 0 for number in range(1, _SPARE + 1)}


def lstat_struct(stat: Stat | None) -> Struct:
    """Return the struct `stat` of an entry of a list, see `statns_struct`."""
    return stat_struct(stat or Stat(0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))


#: Field of `xfsinfo` → what xfs_info2 calls it.
_XFS = {
    "inodesize": "meta-data.isize", "agcount": "meta-data.agcount", "agsize": "meta-data.agsize",
    "sectsize": "meta-data.sectsz", "attr": "meta-data.attr", "blocksize": "data.bsize", "datablocks": "data.blocks",
    "imaxpct": "data.imaxpct", "sunit": "data.sunit", "swidth": "data.swidth", "dirversion": "naming",
    "dirblocksize": "naming.bsize", "cimode": "naming.ascii-ci", "logblocksize": "log.bsize", "logblocks": "log.blocks",
    "logversion": "log.version", "logsectsize": "log.sectsz", "logsunit": "log.sunit",
    "lazycount": "log.lazy-count", "rtextsize": "realtime.extsz", "rtblocks": "realtime.blocks",
    "rtextents": "realtime.rtextents",
}  # fmt: skip


def xfsinfo_struct(facts: Mapping[str, str]) -> Struct:
    """Return the struct `xfsinfo`; -1 for a number that this version of XFS does not tell."""
    numbers = {f"xfs_{name}": _number(facts.get(place, "")) for name, place in _XFS.items()}
    texts = {"xfs_mntpoint": "meta-data", "xfs_logname": "log", "xfs_rtname": "realtime"}
    return numbers | {name: facts.get(place, "") for name, place in texts.items()}


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found[0]) if found else -1


def _dirent(entry: DirectoryEntry) -> Struct:
    return {"ino": entry.ino, "ftyp": entry.ftyp, "name": os.fsdecode(entry.name)}


def _xattr(attribute: ExtendedAttribute) -> Struct:
    return {"attrname": os.fsdecode(attribute.name), "attrval": attribute.value}


def _inotify(event: InotifyEvent) -> Struct:
    return dataclasses.asdict(event) | {"in_name": os.fsdecode(event.in_name)}


def _pv(volume: PhysicalVolume) -> Struct:
    used = volume.pv_size - volume.pv_free
    return dataclasses.asdict(volume) | {"pv_uuid": _bare(volume.pv_uuid), "pv_fmt": "lvm2", "pv_used": used}


def _vg(group: VolumeGroup) -> Struct:
    return dataclasses.asdict(group) | {"vg_uuid": _bare(group.vg_uuid), "vg_fmt": "lvm2"}


def _lv(volume: LogicalVolume) -> Struct:
    struct = dataclasses.asdict(volume)
    del struct["device"]
    return struct | {"lv_uuid": _bare(volume.lv_uuid)}


def _subvolume(volume: BtrfsSubvolume) -> Struct:
    return dataclasses.asdict(volume) | {"btrfssubvolume_path": os.fsdecode(volume.btrfssubvolume_path)}


def _application2(application: Application) -> Struct:
    """Return the struct `application2`."""
    struct = {f"app2_{name}": value for name, value in dataclasses.asdict(application).items()}
    spare = {f"app2_{name}": "" for name in ("trans_path", "class", "spare2", "spare3", "spare4")}
    return struct | spare


def _bare(uuid: str) -> str:
    return uuid.replace("-", "")


_STRUCTS: dict[type, Callable[[Any], Struct]] = {
    Stat: stat_struct, StatVfs: dataclasses.asdict, DirectoryEntry: _dirent, ExtendedAttribute: _xattr,
    Application: _application2,
    PhysicalVolume: _pv, VolumeGroup: _vg, LogicalVolume: _lv, TableEntry: dataclasses.asdict,
    BtrfsSubvolume: _subvolume, BtrfsQgroup: dataclasses.asdict, BtrfsBalance: dataclasses.asdict,
    BtrfsScrub: dataclasses.asdict, IsoInfo: dataclasses.asdict, ArrayMember: dataclasses.asdict,
    InotifyEvent: _inotify, SystemNames: dataclasses.asdict,
}  # fmt: skip


def _counted(attributes: list[ExtendedAttribute] | None) -> list[Struct]:
    """Return the attributes of one of several files: first how many there are, nothing if they could not be read."""
    count = b"" if attributes is None else str(len(attributes)).encode()
    return [{"attrname": "", "attrval": count}, *map(_xattr, attributes or [])]


def compatible(value: Any, *, as_dict: bool) -> Any:
    """Return the result of a call in libguestfs' shape.

    Args:
        value: What the call gave.
        as_dict: Whether hash tables are dicts rather than lists of pairs.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, bytes):
        return os.fsdecode(value)
    if isinstance(value, Mapping):
        pairs = [(compatible(key, as_dict=as_dict), compatible(item, as_dict=as_dict)) for key, item in value.items()]
        return dict(pairs) if as_dict else pairs
    if isinstance(value, list):
        return [compatible(item, as_dict=as_dict) for item in value]
    make = _STRUCTS.get(type(value))
    return make(value) if make is not None else value


def result_of(name: str, value: Any, arguments: Mapping[str, Any], *, as_dict: bool) -> Any:
    """Return the result of the call `name` in libguestfs' shape."""
    if name in BUFFERS:
        return value
    if name == "lxattrlist":
        return [struct for attributes in value for struct in _counted(attributes)]
    if name == "lstatnslist":
        return [statns_struct(stat) for stat in value]
    if name in _NUMBERED:
        return [{_NUMBERED[name]: number} for number in value]
    names = compatible(value, as_dict=as_dict)
    if name == "find" and not os.fsdecode(arguments["directory"]).endswith("/"):
        return ["/" + path for path in names]  # what libguestfs cuts off is the directory as it was written
    return names
