"""What is installed in the systems that inspection has found: packages of dpkg, rpm, apk and pacman, of Windows what
its registry offers to remove.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import closing
from itertools import islice

from cutaway.records import Application, OperatingSystem

from cutawayd import hives, nocase, package_texts, rpm
from cutawayd.forked import Servant
from cutawayd.hives import lookup, text_of
from cutawayd.inspection import system_at
from cutawayd.refusal import Refusal
from cutawayd.sysroot import Sysroot
from cutawayd.system_tree import tree_of
from cutawayd.work import Work

TEXT_MAX, LINE_MAX, DESC_MAX, STEP = 256 << 20, 1 << 16, 1 << 20, 200
UNINSTALL = ["Microsoft", "Windows", "CurrentVersion", "Uninstall"]
#: Fields of a record, and the values of Windows that they come from.
WINDOWS = {
    "display_name": "displayname", "version": "displayversion", "publisher": "publisher", "url": "urlinfoabout",
    "install_path": "installlocation", "description": "comments",
}  # fmt: skip


def inspect_list_applications2(work: Work, root: str) -> Iterator[list[object]]:
    """List what is installed."""
    system = system_at(work, root)
    with tree_of(work, system) as tree:
        for application in _listed(work, tree, system):
            yield [getattr(application, name) for name in Application.__slots__]
            work.check()


def _listed(work: Work, tree: Sysroot, system: OperatingSystem) -> Iterator[Application]:
    if system.windows is not None:
        yield from _windows(work, tree, os.fsencode(system.windows.software_hive))
    elif system.package_format == "deb":
        yield from package_texts.dpkg(_lines(work, tree, b"/var/lib/dpkg/status"))
    elif system.package_format == "apk":
        yield from package_texts.apk(_lines(work, tree, b"/lib/apk/db/installed"))
    elif system.package_format == "pacman":
        yield from _pacman(tree, b"/var/lib/pacman/local")
    elif system.package_format == "rpm":
        yield from _rpm(work, tree)
    else:
        raise Refusal("ENOTSUP", f"what is installed in {system.title} cannot be listed: it has no package list known")


def _lines(work: Work, tree: Sysroot, path: bytes) -> Iterator[str]:
    """Give the lines of a file; one of absurd length in pieces."""
    with tree.file(path) as descriptor:
        if os.fstat(descriptor).st_size > TEXT_MAX:
            raise OSError(errno.EFBIG, "it is too long for a list of packages", path)
        with io.open(descriptor, encoding="utf-8", errors="replace", closefd=False) as file:  # noqa: UP020 it is no path
            while lines := list(islice(iter(lambda: file.readline(LINE_MAX), ""), 256)):
                work.check()
                yield from lines


def _pacman(tree: Sysroot, folder: bytes) -> Iterator[Application]:
    for name in sorted(nocase.entries(tree, folder)):
        try:
            with tree.file(folder + b"/" + name + b"/desc") as descriptor:
                text = os.read(descriptor, DESC_MAX).decode("utf-8", "replace")
        except OSError:
            continue
        if (found := package_texts.pacman(text)) is not None:
            yield found


def _rpm(work: Work, tree: Sysroot) -> Iterator[Application]:
    for folder in rpm.FOLDERS:
        for name, kind in rpm.FILES.items():
            try:
                descriptor = tree.open_file(folder + b"/" + name)
            except OSError:
                continue
            try:
                servant = Servant(lambda: rpm.answerer(descriptor, kind), [descriptor])  # noqa: B023 the copy is made now
            finally:
                os.close(descriptor)
            with closing(servant):
                while found := servant.ask(work, STEP):
                    yield from (Application(*item) for item in found)
            return
    raise OSError(errno.ENOENT, "the system has no database of rpm", rpm.FOLDERS[-1])


def _windows(work: Work, tree: Sysroot, hive: bytes) -> Iterator[Application]:
    """Give what can be uninstalled; programs for 32 bits have a list of their own (WOW6432Node)."""
    if not hive:
        raise OSError(errno.ENOENT, "this Windows has no hive of what is installed")
    with hives.opened(tree, hive) as opened:
        for above in ([], ["WOW6432Node"]):
            key = [*above, *UNINSTALL]
            for name in opened.keys(work, 0, key) or ():
                values = lookup(opened.values(work, 0, [*key, name], 8192))
                facts = {field: text_of(values.get(value), 4000) for field, value in WINDOWS.items()}
                if facts["display_name"]:
                    yield Application(name=name, **facts)  # type: ignore[arg-type]  # all of them texts
