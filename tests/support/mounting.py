"""Real mounts for tests: `cutaway mount` as a process, and the table of mounts."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cutaway.folder_mount.mount_point import TYPE, find_mount
from end_to_end.command import PROGRAM, environment

from support.backends import skip_or_fail

TIMEOUT_S = 60


def need_fuse() -> None:
    """Skip where nothing can be mounted."""
    if not os.path.exists("/dev/fuse"):
        pytest.skip("there is no /dev/fuse")  # no package would bring it, so not even CI fails
    if shutil.which("fusermount3") is None:
        skip_or_fail("fusermount3 is not installed")


def is_mounted(folder: Path) -> bool:
    """Return whether an image is mounted there, alive or dead."""
    found = find_mount(str(folder))
    return found is not None and found.vfs_type == TYPE


@contextmanager
def mounted(image: Path, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run `cutaway mount` in the foreground until the end of the block, whatever becomes of it."""
    need_fuse()
    process = subprocess.Popen(
        [PROGRAM, "mount", "--foreground", *options, image, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if f"is mounted on {folder}" not in line:
            _, said = process.communicate(timeout=TIMEOUT_S)
            raise AssertionError(said)
        _forget_beginning(process)
        yield process
    finally:
        process.kill()
        process.communicate(timeout=TIMEOUT_S)
        if is_mounted(folder):
            subprocess.run(["fusermount3", "-u", "-z", folder], check=True)


def _forget_beginning(process: subprocess.Popen[str]) -> None:
    """Drop what was said before the folder was ready: a saved appliance that somebody has discarded is made anew."""
    assert process.stderr is not None
    while select.select([process.stderr], [], [], 0)[0]:
        if not os.read(process.stderr.fileno(), 1 << 16):
            break


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a mount's end; return its exit code and what it has said on standard error since it was ready."""
    _, said = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, said
