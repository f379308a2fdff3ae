"""Answers about owners and permissions of whole trees."""

from __future__ import annotations

import stat

from cutaway.testing.answers.base import Family
from cutaway.testing.nodes import File, Folder, Link, Node
from cutaway.testing.vfs import Refusal, show

_EXECUTE, _SPECIAL, _ID_MAX = 0o111, 0o6000, (1 << 32) - 2


class AccessAnswers(Family):
    """AccessCalls, answered."""

    def set_access(
        self, path: bytes, owner: int, group: int, remove: int, add: int, add_execute: int, recursive: bool
    ) -> None:
        """Change owner and permissions of a file or a tree."""
        are_numbers = -1 <= min(owner, group) <= max(owner, group) <= _ID_MAX
        if not are_numbers or (remove | add) & ~0o7777 or add_execute & ~_EXECUTE:
            raise Refusal("EINVAL", f"{show(path)}: invalid argument")
        place = self.tree.resolve(path, follow=False)
        if place.mounted.readonly:
            raise Refusal("EROFS", f"{show(path)}: read-only file system")
        nodes = [place.node]
        for node in nodes if recursive else ():
            if isinstance(node, Folder):
                nodes += node.entries.values()
        for done, node in enumerate(nodes, 1):
            self.work.moved(1)
            self.work.progress(done, len(nodes))
            before = node.mode
            _own(node, owner, group)
            if remove | add | add_execute and not isinstance(node, Link):
                may_execute = isinstance(node, Folder) or before & _EXECUTE
                node.mode = before & ~remove | add | (add_execute if may_execute else 0)


def _own(node: Node, owner: int, group: int) -> None:
    """Give something away; programs lose their special bits by that."""
    new = (node.uid if owner < 0 else owner, node.gid if group < 0 else group)
    if new != (node.uid, node.gid) and isinstance(node, File) and stat.S_ISREG(node.mode):
        node.mode &= ~_SPECIAL
    node.uid, node.gid = new
