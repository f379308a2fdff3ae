"""libfdisk (libfdisk.h), as the daemon needs it: what its functions take, and errors as exceptions."""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from typing import Any, Self

_INT, _UINT, _SIZE, _U64, _TEXT, _POINTER = (
    ctypes.c_int, ctypes.c_uint, ctypes.c_size_t, ctypes.c_uint64, ctypes.c_char_p, ctypes.c_void_p,
)  # fmt: skip
#: What the library asks or says while it works.
ASK = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER)
#: FDISK_ASKTYPE_WARNX, FDISK_ASKTYPE_WARN: sentences about what is wrong.
_WARNINGS = frozenset({5, 6})
#: What ERANGE means there.
NO_PLACE = "it does not fit: its sectors are taken, or not on the disk"
_P = _POINTER
#: Function → what it returns, and what it takes after the context or partition that is its first argument.
_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "fdisk_unref_context": (None, ()), "fdisk_disable_dialogs": (_INT, (_INT,)), "fdisk_set_ask": (_INT, (ASK, _P)),
    "fdisk_assign_device": (_INT, (_TEXT, _INT)),
    "fdisk_enable_wipe": (_INT, (_INT,)), "fdisk_wipe_partition": (_INT, (_SIZE, _INT)),
    "fdisk_has_label": (_INT, ()), "fdisk_get_label": (_P, (_P,)),
    "fdisk_label_get_name": (_TEXT, ()), "fdisk_create_disklabel": (_INT, (_TEXT,)),
    "fdisk_set_first_lba": (_U64, (_U64,)), "fdisk_get_first_lba": (_U64, ()), "fdisk_get_last_lba": (_U64, ()),
    "fdisk_get_sector_size": (ctypes.c_ulong, ()), "fdisk_get_nsectors": (_U64, ()),
    "fdisk_write_disklabel": (_INT, ()), "fdisk_reread_partition_table": (_INT, ()),
    "fdisk_get_partitions": (_INT, (_P,)), "fdisk_reread_changes": (_INT, (_P,)), "fdisk_unref_table": (None, ()),
    "fdisk_table_get_nents": (_SIZE, ()), "fdisk_table_get_partition": (_P, (_SIZE,)),
    "fdisk_get_partition": (_INT, (_SIZE, _P)), "fdisk_unref_partition": (None, ()),
    "fdisk_partition_get_start": (_U64, ()), "fdisk_partition_get_size": (_U64, ()),
    "fdisk_partition_get_partno": (_SIZE, ()),
    "fdisk_partition_is_bootable": (_INT, ()),
    "fdisk_partition_get_name": (_TEXT, ()), "fdisk_partition_get_uuid": (_TEXT, ()),
    "fdisk_partition_get_type": (_P, ()), "fdisk_partition_set_start": (_INT, (_U64,)),
    "fdisk_partition_set_size": (_INT, (_U64,)), "fdisk_partition_size_explicit": (_INT, (_INT,)),
    "fdisk_partition_set_partno": (_INT, (_SIZE,)),
    "fdisk_partition_partno_follow_default": (_INT, (_INT,)), "fdisk_partition_set_name": (_INT, (_TEXT,)),
    "fdisk_partition_set_uuid": (_INT, (_TEXT,)), "fdisk_partition_set_type": (_INT, (_P,)),
    "fdisk_add_partition": (_INT, (_P, _P)), "fdisk_delete_partition": (_INT, (_SIZE,)),
    "fdisk_set_partition": (_INT, (_SIZE, _P)), "fdisk_set_partition_type": (_INT, (_SIZE, _P)),
    "fdisk_toggle_partition_flag": (_INT, (_SIZE, ctypes.c_ulong)),
    "fdisk_gpt_get_partition_attrs": (_INT, (_SIZE, _P)), "fdisk_gpt_set_partition_attrs": (_INT, (_SIZE, _U64)),
    "fdisk_label_get_parttype_from_code": (_P, (_UINT,)), "fdisk_label_get_parttype_from_string": (_P, (_TEXT,)),
    "fdisk_parttype_get_code": (_UINT, ()), "fdisk_parttype_get_string": (_TEXT, ()),
    "fdisk_unref_parttype": (None, ()),
    "fdisk_get_disklabel_id": (_INT, (_P,)), "fdisk_set_disklabel_id_from_string": (_INT, (_TEXT,)),
    "fdisk_new_script": (_P, ()), "fdisk_script_set_header": (_INT, (_TEXT, _TEXT)), "fdisk_set_script": (_INT, (_P,)),
    "fdisk_unref_script": (None, ()),
    "fdisk_ask_get_type": (_INT, ()), "fdisk_ask_print_get_mesg": (_TEXT, ()),
}  # fmt: skip


@cache
def load() -> ctypes.CDLL:
    """Load the library and say what its functions take."""
    library = ctypes.CDLL("libfdisk.so.1")
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, [_P, *arguments]
    for name in ("fdisk_new_context", "fdisk_new_partition"):
        getattr(library, name).restype = _P
    library.fdisk_new_unknown_parttype.restype = _P
    library.fdisk_new_unknown_parttype.argtypes = [_UINT, _TEXT]
    return library


class Context:
    """A device that is looked at; use as a context manager.

    Attributes:
        library: The library, for functions that take something else than the context.
    """

    def __init__(self, device: str, *, writable: bool) -> None:
        self.library = load()
        self.device = device
        self._said: list[str] = []
        self._ask = ASK(self._listen)  # it must live as long as the context
        self._pointer = self.library.fdisk_new_context()
        try:
            self.do("fdisk_disable_dialogs", 1)
            self.do("fdisk_set_ask", self._ask, None)
            self.do("fdisk_assign_device", os.fsencode(device), int(not writable))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the device go."""
        self.library.fdisk_unref_context(self._pointer)

    def do(self, name: str, *arguments: Any) -> None:
        """Call a function that says 0 or an error.

        Raises:
            OSError: what it says, in the library's own words where it has some.
        """
        self._said.clear()
        result = self.ask(name, *arguments)
        if result < 0:
            text = "; ".join(self._said) or (NO_PLACE if -result == errno.ERANGE else os.strerror(-result))
            raise OSError(-result, text.rstrip("."), self.device)
        if result > 0:
            raise OSError(errno.EINVAL, "; ".join(self._said) or f"{name} is not possible here", self.device)

    def ask(self, name: str, *arguments: Any) -> Any:
        """Call a function that gives a value."""
        return getattr(self.library, name)(self._pointer, *arguments)

    def _listen(self, _context: int, question: int, _data: int) -> int:
        if self.library.fdisk_ask_get_type(question) in _WARNINGS:
            said = self.library.fdisk_ask_print_get_mesg(question)
            self._said.append((said or b"").decode("utf-8", "replace"))
            return 0
        return -errno.EINVAL
