"""The fake guest's mounted tree: which file system is where, and how a path leads through it.

Works as a kernel does that was chrooted into the tree: links are followed inside, ".." stops at the root. Runs in
the fake daemon's thread; answers nothing by itself.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from cutaway.testing.images import Block, FakeEncrypted, FakeFileSystem
from cutaway.testing.nodes import File, Folder, Link, Node, folder


class Refusal(Exception):
    """What the fake daemon answers as an error: errno name, message, tool."""

    def __init__(self, errno_name: str, message: str, tool: str = "") -> None:
        super().__init__(message)
        self.errno_name = errno_name
        self.message = message
        self.tool = tool


@dataclass(slots=True, eq=False)
class Mounted:
    """A mounted file system."""

    device: str
    point: bytes
    root: Folder
    vfs_type: str
    options: str
    number: int
    size_bytes: int
    inodes: dict[int, int] = field(default_factory=dict)

    @property
    def readonly(self) -> bool:
        """Whether nothing can be written."""
        return "ro" in self.options.split(",")

    def inode(self, node: Node) -> int:
        """Return the inode number of a node, which it gets when first asked."""
        return self.inodes.setdefault(id(node), 2 if node is self.root else len(self.inodes) + 12)


@dataclass(frozen=True, slots=True)
class Step:
    """A place in the mounted tree: the node, the file system, and its name in the folder above."""

    name: bytes
    node: Node
    mounted: Mounted


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: all folders from the root on, and the entry itself as the last."""

    steps: tuple[Step, ...]

    @property
    def node(self) -> Node:
        """The entry itself."""
        return self.steps[-1].node

    @property
    def mounted(self) -> Mounted:
        """The file system that holds it."""
        return self.steps[-1].mounted

    @property
    def path(self) -> bytes:
        """Its path without links."""
        return b"/" + b"/".join(step.name for step in self.steps[1:])


class Tree:
    """The mounted tree."""

    def __init__(self) -> None:
        self._bare = Mounted("", b"/", folder(), "rootfs", "rw", 1, 0)
        self.table: list[Mounted] = []
        self._count = 1

    def add(self, block: Block, point: bytes, options: str) -> Mounted:
        """Mount what a device holds.

        Raises:
            Refusal: it holds nothing mountable, or the mount point is no folder.
        """
        holding = block.holding
        if isinstance(holding, FakeEncrypted):
            raise Refusal("ENCRYPTED", f"{block.name} is encrypted ({holding.vfs_type})")
        root = block.tree()
        if root is None or not isinstance(holding, FakeFileSystem):
            raise Refusal("NOFILESYSTEM", f"{block.name} holds no file system that can be mounted")
        if holding.damage:
            raise Refusal("EUCLEAN", holding.damage, "mount")
        if block.readonly and "ro" not in options.split(","):
            raise Refusal("EROFS", f"{block.name}: the device cannot be written")
        place = self.resolve(point, bare=True)
        if not isinstance(place.node, Folder):
            raise Refusal("ENOTDIR", f"{show(point)} is not a directory")
        self._count += 1
        mounted = Mounted(block.name, place.path, root, holding.vfs_type, options, self._count, block.size_bytes)
        self.table.append(mounted)
        return mounted

    def remove(self, what: bytes) -> None:
        """Unmount by device or mount point, the newest that fits.

        Raises:
            Refusal: nothing such is mounted, or another file system lies below.
        """
        point = what if what == b"/" else what.rstrip(b"/")
        for mounted in reversed(self.table):
            if mounted.device.encode() == what or mounted.point == point:
                below = mounted.point.rstrip(b"/") + b"/"
                newer = self.table[self.table.index(mounted) + 1 :]
                if any(other.point.startswith(below) or other.point == mounted.point for other in newer):
                    raise Refusal("EBUSY", f"{show(what)} is in use", "umount")
                self.table.remove(mounted)
                return
        raise Refusal("EINVAL", f"{show(what)} is not mounted", "umount")

    def clear(self) -> None:
        """Unmount everything and empty the bare root."""
        self.table.clear()
        self._bare.root.entries.clear()

    def make_bare_folder(self, path: bytes) -> None:
        """Make a folder in the empty root."""
        names = [name for name in path.split(b"/") if name]
        if self.table and self.table[0].point == b"/":
            raise Refusal("EBUSY", "a file system is mounted on /")
        at = self._bare.root
        for name in names[:-1]:
            step = at.entries.get(name)
            if not isinstance(step, Folder):
                raise Refusal("ENOENT", f"{show(path)}: no such file or directory")
            at = step
        if not names or names[-1] in at.entries:
            raise Refusal("EEXIST", f"{show(path)} exists")
        at.entries[names[-1]] = folder()

    def remove_bare_folder(self, path: bytes) -> None:
        """Remove a folder of the empty root."""
        name = path.strip(b"/")
        if name not in self._bare.root.entries or any(mounted.point == b"/" + name for mounted in self.table):
            raise Refusal("EBUSY" if name in self._bare.root.entries else "ENOENT", f"{show(path)}: cannot be removed")
        del self._bare.root.entries[name]

    def root(self) -> Step:
        """Return the top of the tree as it is now."""
        return self._cover(Step(b"", self._bare.root, self._bare), b"/")

    def _cover(self, step: Step, path: bytes) -> Step:
        """Return the root of what is mounted there, or the step itself."""
        for mounted in reversed(self.table):
            if mounted.point == path:
                return Step(step.name, mounted.root, mounted)
        return step

    def resolve(self, path: bytes, *, follow: bool = True, bare: bool = False) -> Place:
        """Find a path, following links in the middle of it, and a last one if `follow`.

        Raises:
            Refusal: nothing is mounted (unless `bare`), or what open(2) would say.
        """
        if not self.table and not bare:
            raise Refusal("NOTMOUNTED", f"{show(path)}: no file system is mounted")
        steps = [self.root()]
        todo = path.split(b"/")[::-1]
        must_be_folder = path.endswith((b"/", b"/."))
        links = 0
        while todo:
            name = todo.pop()
            if len(name) > 255:
                raise Refusal("ENAMETOOLONG", f"{show(path[:80])}…: name too long")
            if name and not isinstance(steps[-1].node, Folder):
                raise Refusal("ENOTDIR", f"{show(path)}: not a directory")
            if name == b"..":
                del steps[max(1, len(steps) - 1) :]
            elif name not in {b"", b"."}:
                self._enter(steps, name, path)
            last = not any(todo)
            node = steps[-1].node
            if isinstance(node, Link) and (follow or must_be_folder or not last):
                links += 1
                if links > 40:
                    raise Refusal("ELOOP", f"{show(path)}: too many levels of symbolic links")
                del steps[1 if node.target.startswith(b"/") else len(steps) - 1 :]
                todo += node.target.split(b"/")[::-1]
                must_be_folder |= last and node.target.endswith(b"/")
        if must_be_folder and not isinstance(steps[-1].node, Folder):
            raise Refusal("ENOTDIR", f"{show(path)}: not a directory")
        return Place(tuple(steps))

    def _enter(self, steps: list[Step], name: bytes, path: bytes) -> None:
        at = steps[-1].node
        node = at.entries.get(name) if isinstance(at, Folder) else None
        if node is None:
            raise Refusal("ENOENT", f"{show(path)}: no such file or directory")
        steps.append(self.child(Place(tuple(steps)), name, node))

    def child(self, place: Place, name: bytes, node: Node) -> Step:
        """Return the step to an entry of a folder, through a mount if there is one."""
        step = Step(name, node, place.mounted)
        if not isinstance(node, Folder):
            return step
        return self._cover(step, place.path.rstrip(b"/") + b"/" + name)

    def folder(self, path: bytes) -> Place:
        """Find a directory.

        Raises:
            Refusal: it is none.
        """
        place = self.resolve(path)
        if not isinstance(place.node, Folder):
            raise Refusal("ENOTDIR", f"{show(path)}: not a directory")
        return place

    def file(self, path: bytes) -> tuple[Place, File]:
        """Find a regular file.

        Raises:
            Refusal: it is none.
        """
        place = self.resolve(path)
        if isinstance(place.node, Folder):
            raise Refusal("EISDIR", f"{show(path)}: is a directory")
        if not isinstance(place.node, File):
            raise Refusal("EINVAL", f"{show(path)} is not a regular file")
        return place, place.node

    def below(self, place: Place) -> Iterator[tuple[bytes, Place]]:
        """Walk a tree in depth: relative path and place, each directory before what it holds, not itself."""
        pending = [(b"", place)]
        while pending:
            prefix, at = pending.pop()
            if prefix:
                yield prefix, at
            if isinstance(at.node, Folder):
                for name, node in sorted(at.node.entries.items(), reverse=True):
                    child = Place((*at.steps, self.child(at, name, node)))
                    pending.append((prefix + b"/" + name if prefix else name, child))


def show(path: bytes) -> str:
    """Return a path for a message."""
    return path.decode("utf-8", "backslashreplace")


def device_number(node: Node) -> int:
    """Return what stat gives as rdev."""
    return node.rdev if stat.S_ISBLK(node.mode) or stat.S_ISCHR(node.mode) else 0
