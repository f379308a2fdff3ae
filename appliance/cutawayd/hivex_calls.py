"""The hivex_* calls: a hive that is open in a copy of this process, which is asked call by call."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from typing import Any

from cutawayd import hives
from cutawayd.copying import copy_range
from cutawayd.forked import Answerer, Servant
from cutawayd.refusal import Refusal
from cutawayd.sysroot import magic_path
from cutawayd.work import Work, counter
from cutawayd.writing import made


def hivex_open(
    work: Work, filename: bytes, verbose: bool, debug: bool, write: bool, unsafe: bool  # noqa: ARG001 not for a guest
) -> None:  # fmt: skip
    """Open a hive."""
    hivex_close(work)
    hives.module()
    with work.sysroot.file(filename) as descriptor:
        servant = Servant(lambda: _answerer(descriptor, write=write, unsafe=unsafe), [descriptor])
    try:
        servant.ask(work, ["root"])
    except Refusal as refusal:
        servant.close()
        raise OSError(errno.EINVAL, f"this is no hive that can be read: {refusal}", filename) from refusal
    work.guest.hive, work.guest.hive_path = servant, filename


def hivex_close(work: Work) -> None:
    """Close the hive."""
    work.guest.close_hive()


def _answerer(descriptor: int, *, write: bool, unsafe: bool) -> Answerer:
    hive = hives.module().Hivex(magic_path(descriptor), write=write, unsafe=unsafe)
    own: dict[str, Callable[..., Any]] = {
        "node_get_value": _named_value, "node_get_child": _named_child, "set_value": _set_value, "value_value": _data,
        "value_type": _type,
    }  # fmt: skip

    def answer(question: Any) -> Any:
        word, *arguments = question
        function = own.get(word)
        return function(hive, *arguments) if function else getattr(hive, word)(*arguments)

    return answer


def _named_value(hive: Any, node: int, key: str) -> int:
    values: list[int] = hive.node_values(node)
    return next((value for value in values if hive.value_key(value).lower() == key.lower()), 0)


def _named_child(hive: Any, node: int, name: str) -> int:
    return hive.node_get_child(node, name) or 0


def _set_value(hive: Any, node: int, key: str, kind: int, data: bytes) -> None:
    hive.node_set_value(node, {"key": key, "t": kind, "value": data})


def _type(hive: Any, value: int) -> int:
    return int(hive.value_type(value)[0])


def _data(hive: Any, value: int) -> bytes:
    return bytes(hive.value_value(value)[1])


def _ask(work: Work, *question: Any) -> Any:
    servant = work.guest.hive
    if servant is None or not servant.is_alive:
        raise Refusal("EINVAL", "no hive is open: hivex_open opens one")
    return servant.ask(work, list(question))


def _asks(word: str) -> Callable[..., Any]:
    return lambda work, *arguments: _ask(work, word, *arguments)


hivex_root = _asks("root")
hivex_node_name = _asks("node_name")
hivex_node_children = _asks("node_children")
hivex_node_get_child = _asks("node_get_child")
hivex_node_parent = _asks("node_parent")
hivex_node_values = _asks("node_values")
hivex_node_get_value = _asks("node_get_value")
hivex_value_key = _asks("value_key")
hivex_value_type = _asks("value_type")
hivex_value_value = _asks("value_value")
hivex_value_string = _asks("value_string")
hivex_value_utf8 = _asks("value_string")
hivex_node_add_child = _asks("node_add_child")
hivex_node_delete_child = _asks("node_delete_child")
hivex_node_set_value = _asks("set_value")


def hivex_commit(work: Work, filename: str | None) -> None:
    """Write the hive: the copy writes it beside the image, and what has come whole goes into the file, which keeps its
    owner and attributes.
    """
    target = work.guest.hive_path if filename is None else os.fsencode(filename)
    if not target.startswith(b"/"):
        raise OSError(errno.EINVAL, "a path in the image must begin with '/'", target)
    with tempfile.TemporaryDirectory(prefix="hive-") as folder:
        _ask(work, "commit", f"{folder}/hive")
        with open(f"{folder}/hive", "rb") as written, made(work, target, os.O_RDWR) as descriptor:
            size = os.fstat(written.fileno()).st_size
            os.posix_fallocate(descriptor, 0, size)  # no room is found out before anything is overwritten
            copy_range(written.fileno(), descriptor, (0, 0), size, counter(work, size))
            os.ftruncate(descriptor, size)
