"""Calls about hives of the Windows registry (hivex(3)), one of which is open at a time; and listings for browsers."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import GuestPath, call


class HivexCalls:
    """Hives. Keys (nodes) and values are known by numbers, which mean something while the hive is open.

    umount_all closes the hive. A damaged one costs an error (EIO), or the process that reads it: then it is closed.
    """

    @call(number=420, feature="hivex", cancellable=True)
    def hivex_open(
        self, filename: GuestPath, verbose: bool = False, debug: bool = False, write: bool = False, unsafe: bool = False
    ) -> None:
        """Open a hive, closing the one that is open; with `unsafe` as far as a damaged one can be read."""

    @call(number=421, feature="hivex")
    def hivex_close(self) -> None:
        """Close the hive; what was not committed is lost."""

    @call(number=422, feature="hivex")
    def hivex_root(self) -> int:
        """Return the root key."""

    @call(number=423, feature="hivex")
    def hivex_node_name(self, nodeh: int) -> str:
        """Return the name of a key; of the root it is of no use."""

    @call(number=424, feature="hivex", cancellable=True)
    def hivex_node_children(self, nodeh: int) -> list[int]:
        """List the keys below a key."""

    @call(number=425, feature="hivex", cancellable=True)
    def hivex_node_get_child(self, nodeh: int, name: str) -> int:
        """Return the key of a name below a key, whatever its case; 0 if there is none."""

    @call(number=426, feature="hivex")
    def hivex_node_parent(self, nodeh: int) -> int:
        """Return the key above a key."""

    @call(number=427, feature="hivex")
    def hivex_node_values(self, nodeh: int) -> list[int]:
        """List the values of a key."""

    @call(number=428, feature="hivex")
    def hivex_node_get_value(self, nodeh: int, key: str) -> int:
        """Return the value of a name, whatever its case; 0 if there is none. The default value has no name."""

    @call(number=429, feature="hivex")
    def hivex_value_key(self, valueh: int) -> str:
        """Return the name of a value."""

    @call(number=430, feature="hivex")
    def hivex_value_type(self, valueh: int) -> int:
        """Return the type of a value: 1 is a text (REG_SZ), 4 a number (REG_DWORD) …"""

    @call(number=431, feature="hivex")
    def hivex_value_value(self, valueh: int) -> bytes:
        """Return the data of a value."""

    @call(number=432, feature="hivex")
    def hivex_value_string(self, valueh: int) -> str:
        """Return the data of a value that is a text."""

    @call(number=433, feature="hivex")
    def hivex_value_utf8(self, valueh: int) -> str:
        """Return the same; an old name."""

    @call(number=434, feature="hivex", cancellable=True)
    def hivex_commit(self, filename: str | None) -> None:
        """Write the hive, with what was changed, to a file; None: to its own."""

    @call(number=435, feature="hivex")
    def hivex_node_add_child(self, parent: int, name: str) -> int:
        """Add a key; EEXIST if there is one of that name."""

    @call(number=436, feature="hivex")
    def hivex_node_delete_child(self, nodeh: int) -> None:
        """Delete a key with all that is below it."""

    @call(number=437, feature="hivex")
    def hivex_node_set_value(self, nodeh: int, key: str, t: int, val: bytes) -> None:
        """Set a value of a key: its name, type and data; others stay."""

    @call(number=450, feature="hivex", cancellable=True, paged=True)
    def registry_keys(self, path: GuestPath, key: list[str]) -> list[records.RegistryKey]:
        """List the keys below a key of a hive, named by the names that lead to it from the root.

        ENOENT if there is no such key; EINVAL if the file is no hive. Knows nothing of what hivex_open has opened.
        """

    @call(number=451, feature="hivex", cancellable=True, paged=True)
    def registry_values(self, path: GuestPath, key: list[str]) -> list[records.RegistryValue]:
        """List the values of a key of a hive, see `registry_keys`; of long data the beginning."""
