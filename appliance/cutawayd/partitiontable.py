"""The partition table of a device, through libfdisk: read, changed, written, and told to the kernel."""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cutawayd.libfdisk import Context

#: FDISK_LABEL names by the names that a caller may use.
KINDS = {
    "mbr": "dos", "msdos": "dos", "dos": "dos", "gpt": "gpt", "efi": "gpt", "bsd": "bsd", "sun": "sun", "dvh": "sgi",
    "sgi": "sgi",
}  # fmt: skip
#: Partition numbers of an MBR from which on they are logical.
LOGICAL = 4
EXTENDED = 0x05


@dataclass(frozen=True, slots=True)
class Entry:
    """A partition as its table has it; sectors are the device's.

    Attributes:
        number: From 1.
        code: The type of an MBR's partition, 0 in other tables.
        guid: The type of a GPT's partition, "" in other tables.
    """

    number: int
    start: int
    size: int
    code: int
    guid: str
    uuid: str
    name: str
    is_bootable: bool


class Table:
    """A device's partition table, opened; see `opened`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._library = context.library

    @property
    def device(self) -> str:
        """The device that it is on."""
        return self._context.device

    @property
    def kind(self) -> str:
        """What table it is, "dos", "gpt" …

        Raises:
            OSError: EINVAL, there is none.
        """
        if not self._context.ask("fdisk_has_label"):
            raise OSError(errno.EINVAL, "there is no partition table", self.device)
        name: bytes = self._library.fdisk_label_get_name(self._context.ask("fdisk_get_label", None))
        return name.decode()

    @property
    def sector_bytes(self) -> int:
        """The size of the device's sectors."""
        return int(self._context.ask("fdisk_get_sector_size"))

    @property
    def sectors(self) -> int:
        """How many sectors the device has."""
        return int(self._context.ask("fdisk_get_nsectors"))

    @property
    def usable(self) -> tuple[int, int]:
        """The first and the last sector that partitions may have."""
        return int(self._context.ask("fdisk_get_first_lba")), int(self._context.ask("fdisk_get_last_lba"))

    def need(self, kind: str) -> None:
        """Refuse any other kind of table.

        Raises:
            OSError: EINVAL.
        """
        if self.kind != kind:
            names = {"dos": "an MBR", "gpt": "a GPT"}
            raise OSError(errno.EINVAL, f"only {names[kind]} has that; the table here is {self.kind}", self.device)

    def entries(self) -> list[Entry]:
        """Return the partitions, as the table orders them."""
        is_gpt = self.kind == "gpt"
        table = ctypes.c_void_p()
        self._context.do("fdisk_get_partitions", ctypes.byref(table))
        try:
            count = self._library.fdisk_table_get_nents(table)
            found = [self._library.fdisk_table_get_partition(table, index) for index in range(count)]
            return [self._entry(partition, is_gpt=is_gpt) for partition in found]
        finally:
            self._library.fdisk_unref_table(table)

    def entry(self, number: int) -> Entry:
        """Return a partition.

        Raises:
            OSError: EINVAL, the number is none; ENOENT, there is no partition of that number.
        """
        if number < 1:
            raise OSError(errno.EINVAL, "partitions are counted from 1", self.device)
        for entry in self.entries():
            if entry.number == number:
                return entry
        raise OSError(errno.ENOENT, f"there is no partition {number}", self.device)

    def _entry(self, partition: int, *, is_gpt: bool) -> Entry:
        library, number = self._library, self._library.fdisk_partition_get_partno(partition)
        kind = library.fdisk_partition_get_type(partition)
        return Entry(
            number + 1,
            library.fdisk_partition_get_start(partition),
            library.fdisk_partition_get_size(partition),
            library.fdisk_parttype_get_code(kind) if kind and not is_gpt else 0,
            _text(library.fdisk_parttype_get_string(kind)) if kind and is_gpt else "",
            _text(library.fdisk_partition_get_uuid(partition)),
            _text(library.fdisk_partition_get_name(partition)),
            library.fdisk_partition_is_bootable(partition) == 1,
        )

    def make(self, kind: str) -> None:
        """Begin a new table, and forget what the device holds."""
        self._context.do("fdisk_enable_wipe", 1)
        with self._script() as script:
            if kind == "gpt":
                self._library.fdisk_script_set_header(script, b"first-lba", b"34")
            self._context.do("fdisk_set_script", script)
            self._context.do("fdisk_create_disklabel", kind.encode())
            self._context.do("fdisk_set_script", None)

    def add(self, start: int, size: int, number: int | None, code: int = 0) -> None:
        """Add a partition; what its place held is forgotten.

        Args:
            start: Its first sector.
            size: How many it has.
            number: Its number; None: the first that is free.
            code: Its type in an MBR; 0: the usual.
        """
        self._context.ask("fdisk_set_first_lba", 34 if self.kind == "gpt" else 1)  # the library would keep 1 MiB free
        with self._new() as partition:
            self._library.fdisk_partition_set_start(partition, start)
            self._library.fdisk_partition_set_size(partition, size)
            self._library.fdisk_partition_size_explicit(partition, 1)
            if number is None:
                self._library.fdisk_partition_partno_follow_default(partition, 1)
            else:
                self._library.fdisk_partition_set_partno(partition, number - 1)
            if code:
                with self._type(code) as kind:
                    self._library.fdisk_partition_set_type(partition, kind)
            made = ctypes.c_size_t()
            self._context.do("fdisk_add_partition", partition, ctypes.byref(made))
        if code != EXTENDED:
            self._context.do("fdisk_wipe_partition", made.value, 1)

    def remove(self, number: int) -> None:
        """Remove a partition."""
        self._context.do("fdisk_delete_partition", self.entry(number).number - 1)

    def resize(self, number: int, size: int) -> None:
        """Give a partition another size; what is in it is not touched."""
        entry = self.entry(number)
        with self._new() as partition:
            self._library.fdisk_partition_set_start(partition, entry.start)
            self._library.fdisk_partition_set_size(partition, size)
            self._library.fdisk_partition_size_explicit(partition, 1)
            self._context.do("fdisk_set_partition", number - 1, partition)

    def set_text(self, number: int, *, name: str | None = None, uuid: str | None = None) -> None:
        """Give a partition of a GPT another name or UUID."""
        self.entry(number)
        with self._new() as partition:
            if name is not None:
                self._library.fdisk_partition_set_name(partition, name.encode())
            if uuid is not None:
                self._library.fdisk_partition_set_uuid(partition, uuid.encode())
            self._context.do("fdisk_set_partition", number - 1, partition)

    def set_type(self, number: int, kind: int | str) -> None:
        """Give a partition another type: a number in an MBR, a GUID in a GPT."""
        self.entry(number)
        with self._type(kind) as found:
            self._context.do("fdisk_set_partition_type", number - 1, found)

    def toggle_active(self, number: int) -> None:
        """Make a partition of an MBR the active one, or no longer (DOS_FLAG_ACTIVE)."""
        self._context.do("fdisk_toggle_partition_flag", number - 1, 1)

    def attributes(self, number: int) -> int:
        """Return the attributes of a partition of a GPT."""
        self.entry(number)
        found = ctypes.c_uint64()
        self._context.do("fdisk_gpt_get_partition_attrs", number - 1, ctypes.byref(found))
        return found.value

    def set_attributes(self, number: int, attributes: int) -> None:
        """Set them."""
        self.entry(number)
        self._context.do("fdisk_gpt_set_partition_attrs", number - 1, attributes)

    def identifier(self) -> str:
        """Return the disk's own identifier."""
        found = ctypes.c_void_p()
        self._context.do("fdisk_get_disklabel_id", ctypes.byref(found))
        try:
            return _text(ctypes.cast(found, ctypes.c_char_p).value)
        finally:
            ctypes.CDLL(None).free(found)

    def set_identifier(self, identifier: str) -> None:
        """Set it."""
        self._context.do("fdisk_set_disklabel_id_from_string", identifier.encode())

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Write the table after the changes, and tell the kernel of what they are."""
        before = ctypes.c_void_p()
        self._context.do("fdisk_get_partitions", ctypes.byref(before))
        try:
            yield
            self._context.do("fdisk_write_disklabel")
            self._context.do("fdisk_reread_changes", before)
        finally:
            self._library.fdisk_unref_table(before)

    def replace(self) -> None:
        """Write a table that was made anew, and have the kernel read it."""
        self._context.do("fdisk_write_disklabel")
        self._context.do("fdisk_reread_partition_table")

    @contextmanager
    def _script(self) -> Iterator[int]:
        """Give what the library asks about a table that is made."""
        script = self._context.ask("fdisk_new_script")
        try:
            yield script
        finally:
            self._library.fdisk_unref_script(script)

    @contextmanager
    def _new(self) -> Iterator[int]:
        partition = self._library.fdisk_new_partition()
        try:
            yield partition
        finally:
            self._library.fdisk_unref_partition(partition)

    @contextmanager
    def _type(self, kind: int | str) -> Iterator[int]:
        """Give the library's idea of a type, one that it does not know included."""
        label = self._context.ask("fdisk_get_label", None)
        if isinstance(kind, int):
            known = self._library.fdisk_label_get_parttype_from_code(label, kind)
            new = None if known else self._library.fdisk_new_unknown_parttype(kind, None)
        else:
            known = self._library.fdisk_label_get_parttype_from_string(label, kind.encode())
            new = None if known else self._library.fdisk_new_unknown_parttype(0, kind.encode())
        try:
            yield int(known or new or 0)
        finally:
            if new:
                self._library.fdisk_unref_parttype(new)


@contextmanager
def opened(device: str, *, writable: bool = False) -> Iterator[Table]:
    """Give a device's partition table.

    Raises:
        OSError: the device cannot be read, or written.
    """
    with Context(device, writable=writable) as context:
        yield Table(context)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
