"""What the sidebar says about one image, in the person's terms: systems and mount points, then the rest. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from cutaway.mount_plan import MountTree, is_mountable, letters_of
from cutaway.records import Filesystem, Mount, OperatingSystem
from cutaway.unlocking import ENCRYPTED

from cutaway_app.figures import size_text
from cutaway_app.models.image_session import ImageSession, Place, SessionState
from cutaway_app.names import display_line, display_name

#: Parts of something else, or nothing: a person does not look for these.
UNNAMED = frozenset({"", "unknown", "extended", "LVM1_member", "LVM2_member", "linux_raid_member"})


@dataclass(frozen=True, slots=True)
class SidebarEntry:
    """A row of the sidebar.

    Attributes:
        place: Where selecting it leads; None: an image, or nothing to be entered.
        use: How full it is, 0.0 to 1.0; None while unknown.
        is_enabled: Whether it can be selected.
        device: What can be saved of it: a partition or volume, "" if it is none.
        is_locked: Whether it can be unlocked.
    """

    text: str
    subtitle: str
    icon: str
    place: Place | None = None
    use: float | None = None
    is_enabled: bool = True
    children: tuple[SidebarEntry, ...] = ()
    device: str = ""
    is_locked: bool = False

    @property
    def shape(self) -> tuple[object, ...]:
        """What it is without what may change while it stays the same row."""
        return self.text, self.place, tuple(child.shape for child in self.children)


def describe(session: ImageSession) -> SidebarEntry:
    """Return the row of an image with all rows below it."""
    systems = [_system(session, number) for number, tree in enumerate(session.trees) if tree.system]
    others = [_single(session, number) for number, tree in enumerate(session.trees) if not tree.system]
    others += _not_mountable(session)
    if systems and others:
        others = [SidebarEntry("Other file systems", "", "", is_enabled=False, children=tuple(others))]
    return SidebarEntry(session.name, _image_subtitle(session), "image", children=(*systems, *others))


def _image_subtitle(session: ImageSession) -> str:
    match session.state:
        case SessionState.OPENING:
            return f"{session.phase}…" if session.phase else "Opening…"
        case SessionState.FAILED:
            return "Cannot be opened"
        case SessionState.NO_IMAGE:
            return "Not opened"
    if session.death:
        return "Appliance stopped"
    devices = session.survey.devices if session.survey else []
    size = size_text(sum(device.size_bytes for device in devices))
    if len(devices) > 1:
        size = f"{len(devices)} disks · {size}"
    if session.is_edited:
        return f"{'Unsaved changes' if session.is_unsaved else 'Edited copy'} · {size}"
    return size


def _system(session: ImageSession, number: int) -> SidebarEntry:
    tree = session.trees[number]
    children = tuple(_mounted(session, number, mount) for mount in tree.mounts)
    subtitle = _system_subtitle(tree.system) if tree.system else ""
    return SidebarEntry(tree.title, subtitle, "system", Place(session, number, b"/"), children=children)


def _system_subtitle(system: OperatingSystem) -> str:
    return " · ".join(display_line(fact) for fact in (system.hostname, system.arch) if fact and fact != "unknown")


def _mounted(session: ImageSession, number: int, mount: Mount) -> SidebarEntry:
    found = _filesystem(session, mount.mountable)
    subtitle = _facts(found, session) if found else mount.vfs_type
    letters = letters_of(session.survey, found) if session.survey and found else ""
    return SidebarEntry(
        letters or display_name(mount.mountpoint), subtitle, _icon(found),
        Place(session, number, mount.mountpoint), _use(session, mount.mountable), device=mount.mountable,
    )  # fmt: skip


def _single(session: ImageSession, number: int) -> SidebarEntry:
    tree: MountTree = session.trees[number]
    mountable = tree.mounts[0].mountable
    found = _filesystem(session, mountable)
    subtitle = _facts(found, session, with_label=False) if found else ""
    return SidebarEntry(
        tree.title, subtitle, _icon(found), Place(session, number, b"/"), _use(session, mountable), device=mountable,
    )  # fmt: skip


def _not_mountable(session: ImageSession) -> list[SidebarEntry]:
    found = session.survey.filesystems if session.survey else []
    hidden = {item.container for item in found}
    shown = [item for item in found if not is_mountable(item) and item.mountable not in hidden]
    return [_locked_or_swap(item) for item in shown if item.vfs_type not in UNNAMED]


def _locked_or_swap(item: Filesystem) -> SidebarEntry:
    device = item.mountable.removeprefix("/dev/")
    if item.vfs_type in ENCRYPTED:
        subtitle = f"Locked · {ENCRYPTED[item.vfs_type]} · {size_text(item.size_bytes)}"
        return SidebarEntry(device, subtitle, "lock", device=item.mountable, is_locked=True)
    text = "Swap" if item.vfs_type == "swap" else device
    subtitle = f"{device} · {size_text(item.size_bytes)}"
    return SidebarEntry(text, subtitle, "swap", is_enabled=False, device=item.mountable)


def _icon(found: Filesystem | None) -> str:
    return "unlock" if found is not None and found.container else "volume"


def _filesystem(session: ImageSession, mountable: str) -> Filesystem | None:
    found = session.survey.filesystems if session.survey else []
    return next((item for item in found if item.mountable == mountable), None)


def _facts(found: Filesystem, session: ImageSession, *, with_label: bool = True) -> str:
    label = display_line(found.label) if with_label else ""
    size = size_text(session.size_of(found.mountable))
    return " · ".join(fact for fact in (found.vfs_type, label, size) if fact)


def _use(session: ImageSession, mountable: str) -> float | None:
    use = session.use.get(mountable)
    return min(1.0, max(0.0, use.used_bytes / use.size_bytes)) if use and use.size_bytes else None
