"""What lies where on the drives of an image, as segments to draw: partitions, arrays, volumes, free space. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cutaway.mount_plan import letters_of
from cutaway.records import BlockDevice, Filesystem, LogicalVolume, RaidArray, StatVfs, Survey
from cutaway.unlocking import ENCRYPTED, inside

#: Gaps smaller than this part of a drive are alignment, nothing to show.
_MIN_GAP_SHARE = 0.005
#: So many things are looked for inside of one another; an image may say that they go round in a circle.
_DEPTH_MAX = 6
_CONTAINERS = frozenset({"LVM2_member", "LVM1_member", "linux_raid_member"})
_NOTHING = frozenset({"", "unknown", "swap", "extended"})


@dataclass(frozen=True)
class Segment:
    """A piece of a drive.

    Attributes:
        kind: filesystem, swap, locked, container, unknown or free.
        mountable: What to open, or to unlock; "" if it cannot be.
        use: The used part of a file system, if known.
        children: What is inside it.
        device: What can be saved of it; "" for what is free.
    """

    kind: str
    title: str
    subtitle: str
    size_bytes: int
    mountable: str = ""
    use: float | None = None
    children: tuple[Segment, ...] = ()
    device: str = ""


@dataclass(frozen=True)
class DriveMap:
    """A drive: its name, its size, its pieces in order."""

    title: str
    size_bytes: int
    segments: tuple[Segment, ...]


def is_browsable(found: Filesystem) -> bool:
    """Whether there may be files in it."""
    return found.vfs_type not in _CONTAINERS | ENCRYPTED.keys() | _NOTHING


def can_be_opened(found: Filesystem, others: list[Filesystem]) -> bool:
    """Whether there may be files in it, or it is locked and can be unlocked."""
    return is_browsable(found) or (found.vfs_type in ENCRYPTED and inside(others, found.mountable) is None)


def use_of(status: StatVfs | None) -> float | None:
    """Return the used part of a file system."""
    return status.used_bytes / status.size_bytes if status is not None and status.size_bytes > 0 else None


def drive_maps(survey: Survey, use: dict[str, StatVfs]) -> list[DriveMap]:
    """Return the map of each drive."""
    return [DriveMap(device.device, device.size_bytes, _segments(device, survey, use)) for device in survey.devices]


def _segments(
    device: BlockDevice | RaidArray, survey: Survey, use: dict[str, StatVfs], depth: int = 0
) -> tuple[Segment, ...]:
    if not device.partitions:
        whole = _piece(device.device, device.size_bytes, survey, use, depth)
        return (whole,)
    segments: list[Segment] = []
    end = 0
    inside_of_extended = {
        inner.device
        for outer in device.partitions
        for inner in device.partitions
        if outer is not inner and outer.start_bytes <= inner.start_bytes < outer.start_bytes + outer.size_bytes
    }
    for partition in sorted(device.partitions, key=lambda one: one.start_bytes):
        inner = partition.device in inside_of_extended
        if not inner:
            segments += _gap(partition.start_bytes - end, device.size_bytes)
            end = max(end, partition.start_bytes + partition.size_bytes)
        piece = _piece(partition.device, partition.size_bytes, survey, use, depth)
        if inner and segments:
            segments[-1] = replace(segments[-1], kind="container", children=(*segments[-1].children, piece))
        else:
            segments.append(piece)
    return (*segments, *_gap(device.size_bytes - end, device.size_bytes))


def _gap(size_bytes: int, whole_bytes: int) -> list[Segment]:
    if size_bytes < _MIN_GAP_SHARE * whole_bytes:
        return []
    return [Segment("free", "Free", "", size_bytes)]


def _piece(device: str, size_bytes: int, survey: Survey, use: dict[str, StatVfs], depth: int = 0) -> Segment:
    found = next((one for one in survey.filesystems if one.mountable == device), None)
    kind = _kind(found)
    title = (found.label if found else "") or _bare(device)
    if found is not None and (letters := letters_of(survey, found)):
        title = f"{letters} {title}"
    piece = Segment(kind, title, found.vfs_type if found else "", size_bytes, device=device)
    if found is not None and kind == "filesystem":
        return replace(piece, mountable=device, use=use_of(use.get(device)))
    if found is not None and kind == "locked":
        return _encrypted(piece, found, survey, use, depth)
    array = next((one for one in survey.arrays if device in one.members), None)
    if array is not None and depth < _DEPTH_MAX:
        return _member(piece, array, survey, use, depth)
    volume = next((one for one in survey.physical_volumes if one.pv_name == device), None)
    if volume is None or depth >= _DEPTH_MAX:
        return piece
    volumes = [one for one in survey.logical_volumes if one.vg_name == volume.vg_name]
    children = [_volume(one, survey, use, depth + 1) for one in volumes]
    left = volume.pv_free
    free = (Segment("free", "Free", "", left),) if left >= _MIN_GAP_SHARE * size_bytes else ()
    return replace(piece, kind="container", title=volume.vg_name, subtitle="LVM", children=(*children, *free))


def _member(
    piece: Segment, array: RaidArray, survey: Survey, use: dict[str, StatVfs], depth: int
) -> Segment:  # fmt: skip
    """Return a member of an array: what the array holds in its place, as in each of the others."""
    level = array.level.replace("raid", "RAID ")
    if array.partitions:
        inner = _segments(array, survey, use, depth + 1)
        return replace(piece, kind="container", title=_bare(array.device), subtitle=level, children=inner)
    shown = _piece(array.device, piece.size_bytes, survey, use, depth + 1)
    return replace(shown, subtitle=f"{shown.subtitle} in {level}" if shown.subtitle else level)


def _encrypted(
    piece: Segment, found: Filesystem, survey: Survey, use: dict[str, StatVfs], depth: int
) -> Segment:  # fmt: skip
    """Return an encrypted volume: its inside in its place, if it is unlocked, or the piece to be unlocked."""
    kind = ENCRYPTED[found.vfs_type]
    content = inside(survey.filesystems, found.mountable)
    if content is None or depth >= _DEPTH_MAX:
        return replace(piece, subtitle=f"{kind}, locked", mountable=found.mountable)
    shown = _piece(content.mountable, piece.size_bytes, survey, use, depth + 1)
    title = shown.title if content.label or shown.children else piece.title
    return replace(shown, title=title, subtitle=f"{shown.subtitle} in {kind}")


def _bare(device: str) -> str:
    return device.removeprefix("/dev/")


def _volume(volume: LogicalVolume, survey: Survey, use: dict[str, StatVfs], depth: int) -> Segment:
    piece = _piece(volume.device, volume.lv_size, survey, use, depth)
    return replace(piece, title=volume.lv_name)


def _kind(found: Filesystem | None) -> str:
    if found is None or found.vfs_type in {"", "unknown", "extended"}:
        return "unknown"
    if found.vfs_type == "swap":
        return "swap"
    if found.vfs_type in ENCRYPTED:
        return "locked"
    return "container" if found.vfs_type in _CONTAINERS else "filesystem"


def shares(segments: tuple[Segment, ...], width: int, minimum: int, gap: int) -> list[int]:
    """Return a width for each piece: by size, but none too narrow to be hit."""
    if not segments:
        return []
    room = max(0, width - gap * (len(segments) - 1))
    minimum = min(minimum, room // len(segments))
    total = sum(max(1, piece.size_bytes) for piece in segments)
    spare = room - minimum * len(segments)
    # Sizes above the minimum share what is left, so that order of size stays visible.
    extra = [max(0.0, room * max(1, piece.size_bytes) / total - minimum) for piece in segments]
    scale = spare / sum(extra) if sum(extra) else 0.0
    return [minimum + int(part * scale) for part in extra]
