"""Calls that change what files have beside their content: modes, owners, times, extended attributes and flags."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import GuestPath, call


class AttributeCalls:
    """Attributes. Whether a file system can hold one shows only when it is set: EOPNOTSUPP if not."""

    @call(number=316)
    def chmod(self, mode: int, path: GuestPath) -> None:
        """Set the mode of a file, following a symbolic link."""

    @call(number=317)
    def chown(self, owner: int, group: int, path: GuestPath) -> None:
        """Set the numbers of owner and group, following a symbolic link; -1 leaves one as it is."""

    @call(number=318)
    def lchown(self, owner: int, group: int, path: GuestPath) -> None:
        """Set the numbers of owner and group, of a symbolic link itself; -1 leaves one as it is."""

    @call(number=328)
    def utimens(self, path: GuestPath, atsecs: int, atnsecs: int, mtsecs: int, mtnsecs: int) -> None:
        """Set the times of access and change in seconds and nanoseconds, of a symbolic link itself.

        Nanoseconds of -1 mean now, of -2 that the time stays as it is (utimensat(2)).
        """

    @call(number=335, feature="linuxxattrs")
    def setxattr(self, xattr: str, val: bytes, vallen: int, path: GuestPath) -> None:
        """Set an extended attribute, following a symbolic link (xattr(7)), to the first `vallen` bytes of `val`."""

    @call(number=336, feature="linuxxattrs")
    def lsetxattr(self, xattr: str, val: bytes, vallen: int, path: GuestPath) -> None:
        """Set an extended attribute, of a symbolic link itself, to the first `vallen` bytes of `val`."""

    @call(number=337, feature="linuxxattrs")
    def removexattr(self, xattr: str, path: GuestPath) -> None:
        """Remove an extended attribute, following a symbolic link; ENODATA if it is not there."""

    @call(number=338, feature="linuxxattrs")
    def lremovexattr(self, xattr: str, path: GuestPath) -> None:
        """Remove an extended attribute, of a symbolic link itself; ENODATA if it is not there."""

    @call(number=339, cancellable=True, feature="linuxxattrs")
    def lxattrlist(self, path: GuestPath, names: list[bytes]) -> list[list[records.ExtendedAttribute] | None]:
        """Return the lgetxattrs of several names in one directory; None for one that cannot be read."""

    @call(number=342)
    def copy_attributes(
        self,
        src: GuestPath,
        dest: GuestPath,
        all: bool = False,
        mode: bool = False,
        xattributes: bool = False,
        ownership: bool = False,
    ) -> None:
        """Give one file the mode, extended attributes or owner of another, or all of them; links are followed."""

    @call(number=344, feature="acl")
    def acl_get_file(self, path: GuestPath, acltype: str) -> str:
        """Return an access control list, "access" or "default", as text (acl(5)); following a symbolic link."""

    @call(number=345, feature="acl")
    def acl_set_file(self, path: GuestPath, acltype: str, acl: str) -> None:
        """Set an access control list, "access" or "default", from text with numbers of users (acl(5))."""

    @call(number=346, feature="acl")
    def acl_delete_def_file(self, dir: GuestPath) -> None:
        """Remove the default access control list of a directory."""

    @call(number=347, feature="linuxcaps")
    def cap_get_file(self, path: GuestPath) -> str:
        """Return the capabilities of a file as text (cap_from_text(3)), "" if it has none."""

    @call(number=348, feature="linuxcaps")
    def cap_set_file(self, path: GuestPath, cap: str) -> None:
        """Set the capabilities of a file from text (cap_from_text(3))."""

    @call(number=349)
    def get_e2attrs(self, file: GuestPath) -> str:
        """Return the flags of a file or directory as sorted letters of chattr(1)."""

    @call(number=350)
    def set_e2attrs(self, file: GuestPath, attrs: str, clear: bool = False) -> None:
        """Set, or clear, flags of a file or directory that are letters of chattr(1); EINVAL for any that is not."""

    @call(number=351)
    def get_e2generation(self, file: GuestPath) -> int:
        """Return the generation number of an inode."""

    @call(number=352)
    def set_e2generation(self, file: GuestPath, generation: int) -> None:
        """Set the generation number of an inode, 32 bits."""
