"""The images that are measured on: made anew, with mke2fs, no privileges."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ENTRIES = 10_000
HUGE_ENTRIES = 100_000
BIG_BYTES = 300 * 1024 * 1024


def make_image(folder: Path) -> Path:
    """Return a raw ext4 image with a folder of 10,000 files and a file of 300 MiB of random data."""
    image, tree = folder / "benchmark.img", folder / "tree"
    (tree / "many").mkdir(parents=True)
    for number in range(ENTRIES):
        (tree / f"many/file-{number:05}.txt").write_text(f"{number}\n")
    with (tree / "big").open("wb") as file:
        for _ in range(BIG_BYTES >> 20):
            file.write(os.urandom(1 << 20))
    command = ["mke2fs", "-q", "-F", "-t", "ext4", "-d", str(tree), str(image), "600M"]
    subprocess.run(command, check=True, env=_with_sbin())
    return image


def make_huge_folder(folder: Path) -> Path:
    """Return a raw btrfs image with a folder of 100,000 empty files; mke2fs would take minutes for these.

    Raises:
        FileNotFoundError: there is no mkfs.btrfs.
    """
    image, tree = folder / "huge.img", folder / "huge-tree"
    (tree / "huge").mkdir(parents=True)
    for number in range(HUGE_ENTRIES):
        (tree / f"huge/entry-{number:06}").touch()
    command = ["mkfs.btrfs", "-q", "--rootdir", str(tree), "-b", "300M", str(image)]
    subprocess.run(command, check=True, env=_with_sbin(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return image


def _with_sbin() -> dict[str, str]:
    return {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
