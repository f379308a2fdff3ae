"""Any tree that a file system can hold comes out of it as it is, from the drive and through the guest alike.

Trees are drawn at random, put into a new file system of each kind in a booted appliance, and brought out again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.transfer.policy import ExtractPolicy
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.backends import Backend
from support.trees import Facts, describe

MIB = 1 << 20
SIZES_MIB = {"xfs": 400, "btrfs": 256}
NANOSECONDS = 100  # the resolution that all but vfat have
#: What each file system cannot hold.
CANNOT = {
    "ext4": frozenset[str](), "xfs": frozenset[str](), "btrfs": frozenset[str](),
    "ntfs": frozenset({"bytes"}), "vfat": frozenset({"bytes", "links", "modes", "times", "xattrs", "case"}),
}  # fmt: skip
SIZES = st.sampled_from([0, 1, 100, 511, 4095, 4096, 4097, 70_000, 131_072, 300_001])


@dataclass(frozen=True)
class Drawn:
    """A file to be made: size, whether its middle is a hole, permissions, time, an attribute, a second name."""

    size: int
    has_hole: bool
    mode: int
    time_ns: int
    attribute: bytes
    is_twin: bool


FILES = st.builds(
    Drawn, SIZES, st.booleans(), st.sampled_from([0o600, 0o644, 0o755, 0o444]),
    st.integers(1, 2_000_000_000).map(lambda seconds: seconds * 10**9 + 123_456_700), st.binary(max_size=40),
    st.booleans(),
)  # fmt: skip


def names(cannot: frozenset[str]) -> st.SearchStrategy[bytes]:
    """Return names that a file system can hold: text, or any bytes."""
    letters = st.characters(codec="utf-8", exclude_characters='/\0<>:"\\|?*', exclude_categories=("Cc", "Cs"))
    text = st.text(letters, min_size=1, max_size=40).map(lambda name: name.strip(". ").encode()).filter(bool)
    text = text.filter(lambda name: len(name) <= 200)
    if "bytes" in cannot:
        return text.filter(lambda name: name.decode().isascii() and b"~" not in name)
    raw = st.binary(min_size=1, max_size=40).map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))
    return text | raw.filter(lambda name: name not in {b".", b".."})


def trees(kind: str) -> st.SearchStrategy[dict[bytes, object]]:
    """Return folders: name → file, link target, or folder."""
    cannot = CANNOT[kind]
    raw = st.binary(min_size=1, max_size=60).map(lambda target: target.replace(b"\0", b"_"))
    targets = names(cannot) if "bytes" in cannot else raw
    leaves: st.SearchStrategy[object] = FILES if "links" in cannot else FILES | targets
    key = (lambda pair: pair[0].lower()) if "bytes" in cannot else (lambda pair: pair[0])

    def folder(inside: st.SearchStrategy[object]) -> st.SearchStrategy[dict[bytes, object]]:
        return st.lists(st.tuples(names(cannot), inside), max_size=8, unique_by=key).map(dict)

    return folder(st.recursive(leaves, folder, max_leaves=12))


def make(folder: bytes, tree: dict[bytes, object], cannot: frozenset[str]) -> None:
    """Make a drawn tree on the host."""
    os.mkdir(folder)
    for name, item in tree.items():
        path = folder + b"/" + name
        if isinstance(item, dict):
            make(path, item, cannot)
        elif isinstance(item, Drawn):
            make_file(path, item, cannot)
        else:
            assert isinstance(item, bytes)
            os.symlink(item, path)


def make_file(path: bytes, drawn: Drawn, cannot: frozenset[str]) -> None:
    content = bytes(range(1, 256)) * (drawn.size // 255 + 1)
    with open(path, "wb") as file:
        if drawn.has_hole:
            file.seek(256 << 10)
        file.write(content[: drawn.size])
        file.truncate(file.tell())
    if drawn.attribute and "xattrs" not in cannot:
        os.setxattr(path, b"user.drawn", drawn.attribute)
    os.chmod(path, drawn.mode)
    os.utime(path, ns=(drawn.time_ns, drawn.time_ns))
    if drawn.is_twin and "links" not in cannot and len(os.path.basename(path)) < 200:
        os.link(path, path + b".twin")


def comparable(found: dict[bytes, Facts], cannot: frozenset[str]) -> dict[bytes, tuple[object, ...]]:
    """Return what of a tree has to be the same."""
    return {
        path: (
            kind, None if "modes" in cannot or kind == 0o120000 else mode, size,
            None if "times" in cannot or kind == 0o120000 else time_ns // NANOSECONDS, content, xattrs,
        )
        for path, (kind, mode, size, time_ns, content, xattrs) in found.items()
    }  # fmt: skip


@pytest.fixture
def real(backend: Backend) -> Backend:
    """Give the backend that boots."""
    if not backend.is_real:
        pytest.skip("only real file systems have opinions")
    return backend


@pytest.mark.parametrize("kind", sorted(CANNOT))
def test_any_tree_comes_out_as_it_went_in(real: Backend, kind: str, tmp_path: Path) -> None:
    cannot = CANNOT[kind]
    with real.empty_handle() as handle:
        handle.add_drive_scratch(SIZES_MIB.get(kind, 128) * MIB)
        handle.launch()

        @given(tree=trees(kind))
        @settings(
            max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True,
            phases=[Phase.generate],
        )  # fmt: skip
        def try_one(tree: dict[bytes, object]) -> None:
            shutil.rmtree(tmp_path)
            tmp_path.mkdir()
            make(os.fsencode(tmp_path / "tree"), tree, cannot)
            round_trip(handle, kind, tmp_path, lambda found: comparable(found, cannot))

        try_one()


def round_trip(
    handle: Handle, kind: str, folder: Path, see: Callable[[dict[bytes, Facts]], dict[bytes, tuple[object, ...]]]
) -> None:
    """Put the tree into a new file system, bring it out both ways, and compare all three."""
    handle.umount_all()
    handle.mkfs(kind, "/dev/sda")
    handle.mount("/dev/sda", "/")
    assert handle.copy_in(folder / "tree", "/").failures == ()
    handle.umount_all()
    handle.mount_ro("/dev/sda", "/")
    wanted = see(describe(folder / "tree"))
    for direct in (True, False):
        out = folder / f"out-{direct}"
        out.mkdir()
        report = handle.copy_out("/tree", out, policy=ExtractPolicy(symlinks="keep", read_drives=direct))
        assert report.failures == ()
        assert see(describe(out / "tree")) == wanted
