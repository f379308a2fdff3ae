"""Who may do what with files: owners and permissions of one, or of a whole tree, in one call."""

from __future__ import annotations

from cutaway.protocol.declaration import GuestPath, call


class AccessCalls:
    """Owners and permissions changed. Whether a file system has them shows only when they are set.

    EPERM, or EOPNOTSUPP where it leaves them out without a word, as FAT does with permissions.
    """

    @call(number=800, progress=True, cancellable=True)
    def set_access(
        self,
        path: GuestPath,
        owner: int = -1,
        group: int = -1,
        remove: int = 0,
        add: int = 0,
        add_execute: int = 0,
        recursive: bool = False,
    ) -> None:
        """Change owner, group and permissions of an entry itself, and of all below a folder if it is wished.

        `owner` and `group` are numbers; -1 leaves one as it is. Of the permissions (chmod(2)) those in `remove` are
        taken first, then those in `add` given; those in `add_execute` (of 0o111) only to folders, and to files that
        somebody may execute already, as "X" does in chmod(1). A symbolic link has no permissions, and is not followed.
        A file that gets another owner and keeps its permissions loses set-user-ID and set-group-ID (chown(2)).
        Progress counts entries. What a cancelled or failed call has changed by then stays changed. File systems
        that are mounted below belong to the tree.
        """
