"""Builds the sample of `cutaway.testing` as a real image, without root: `python sample_image.py IMAGE.qcow2`.

Same partitions, volumes, labels, UUIDs and trees as `contract_image()`. Needs fakeroot, e2fsprogs, xfsprogs,
util-linux (sfdisk, mkswap) and qemu-img. Times in the xfs volume are those of the build.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from cutaway.testing import contract_image
from cutaway.testing.images import FakeFileSystem, FakeImage, FakeVolumeGroup
from cutaway.testing.nodes import File, Folder, Link, Node

if __package__:
    from images.lvm_metadata import volume_offsets, write_physical_volume
else:
    from lvm_metadata import volume_offsets, write_physical_volume

TOOLS = ("fakeroot", "mke2fs", "mkfs.xfs", "mkswap", "sfdisk", "qemu-img")
SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def missing_tools() -> list[str]:
    """Return what is not installed."""
    return [tool for tool in TOOLS if shutil.which(tool, path=SBIN) is None]


def run(*command: str, text: str | None = None) -> None:
    """Run a tool; its output is shown if it fails."""
    environment = {**os.environ, "PATH": SBIN, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, input=text, env=environment, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def make_file_system(spec: FakeFileSystem, path: Path, size_bytes: int, scratch: Path) -> None:
    """Make a file system in a file of its own."""
    with path.open("wb") as stream:
        stream.truncate(size_bytes)
    if spec.vfs_type == "swap":
        run("mkswap", "-U", spec.uuid, str(path))
    elif spec.vfs_type == "xfs":
        make_xfs(spec, path, scratch)
    else:
        make_ext(spec, path, scratch)


def make_ext(spec: FakeFileSystem, path: Path, scratch: Path) -> None:
    """Make an ext2, 3 or 4 from a folder, both under one fakeroot."""
    folder = scratch / f"tree-{spec.label}"
    tree = {"BOOT": "boot_root", "ROOT": "root_root"}[spec.label]
    write = f"'{sys.executable}' '{Path(__file__).with_name('write_tree.py')}' {tree} '{folder}'"
    make = (
        f"mke2fs -q -F -t {spec.vfs_type} -b 4096 -N 16384 -m 0 -L {spec.label} -U {spec.uuid} -d '{folder}' '{path}'"
    )
    run("fakeroot", "sh", "-ec", f"{write}; {make}")


def make_xfs(spec: FakeFileSystem, path: Path, scratch: Path) -> None:
    """Make an xfs from a prototype file; its names are plain."""
    assert spec.make_root is not None
    contents = scratch / "xfs-contents"
    contents.mkdir()
    lines = ["/dev/null", "0 0", *prototype(spec.make_root(), "", contents)]
    proto = scratch / "prototype"
    proto.write_text("\n".join(lines) + "\n")
    run("mkfs.xfs", "-q", "-f", "-L", spec.label, "-m", f"uuid={spec.uuid}", "-p", str(proto), str(path))


def prototype(node: Node, name: str, contents: Path) -> list[str]:
    """Return the lines of mkfs.xfs's prototype for a node."""
    kind = {"r": "-", "d": "d", "l": "l"}[node.letter]
    special = "".join("u" if node.mode & stat.S_ISUID else "-") + ("g" if node.mode & stat.S_ISGID else "-")
    head = f"{name} {kind}{special}{stat.S_IMODE(node.mode) & 0o777:03o} {node.uid} {node.gid}".lstrip()
    if isinstance(node, Folder):
        inner = [line for key, entry in node.entries.items() for line in prototype(entry, key.decode(), contents)]
        return [head, *inner, "$"]
    if isinstance(node, Link):
        return [f"{head} {node.target.decode()}"]
    assert isinstance(node, File)
    source = contents / str(len(list(contents.iterdir())))
    source.write_bytes(node.content.read(0, node.size))
    return [f"{head} {source}"]


def copy_into(source: Path, image: Path, offset: int) -> None:
    """Copy a file system into its place, leaving zeros as holes."""
    with source.open("rb") as reader, image.open("r+b") as writer:
        position = 0
        while block := reader.read(1 << 20):
            if block.count(0) != len(block):
                writer.seek(offset + position)
                writer.write(block)
            position += len(block)


def partition(image: FakeImage, path: Path) -> None:
    """Write the partition table."""
    types = {"swap": "swap", "lvm": "lvm", "": "linux"}
    lines = ["label: gpt"]
    for item in image.partitions:
        kind = "lvm" if isinstance(item.holding, FakeVolumeGroup) else ""
        if isinstance(item.holding, FakeFileSystem) and item.holding.vfs_type == "swap":
            kind = "swap"
        lines.append(f"start={item.start_bytes // 512}, size={item.size_bytes // 512}, type={types[kind]}")
    run("sfdisk", "-q", str(path), text="\n".join(lines) + "\n")


def build(target: Path) -> None:
    """Build the image; `target` appears when it is complete."""
    image = contract_image()
    with tempfile.TemporaryDirectory(prefix="cutaway-sample-") as name:
        scratch = Path(name)
        raw = scratch / "image.raw"
        with raw.open("wb") as stream:
            stream.truncate(image.size_bytes)
        partition(image, raw)
        for start, size, spec in places(image, raw):
            part = scratch / f"at-{start}"
            make_file_system(spec, part, size, scratch)
            copy_into(part, raw, start)
        done = target.with_name(target.name + ".part")
        run("qemu-img", "convert", "-q", "-O", "qcow2", str(raw), str(done))
        done.replace(target)


def places(image: FakeImage, raw: Path) -> list[tuple[int, int, FakeFileSystem]]:
    """Return offset, size and content of all file systems, writing LVM's metadata on the way."""
    found = []
    for item in image.partitions:
        if isinstance(item.holding, FakeVolumeGroup):
            with raw.open("r+b") as stream:
                write_physical_volume(stream, item.start_bytes, item.size_bytes, item.holding)
            found += [
                (item.start_bytes + offset, volume.size_bytes, volume.holding)
                for volume, offset in volume_offsets(item.holding)
                if volume.holding is not None
            ]
        elif item.holding is not None:
            found.append((item.start_bytes, item.size_bytes, item.holding))
    return found


if __name__ == "__main__":
    build(Path(sys.argv[1]))
