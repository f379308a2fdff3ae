"""What is measured of Cutaway; prints one JSON object. Run as a process of its own."""

from __future__ import annotations

import json
import sys
import time

import cutaway


def measure(image: str, target: str) -> dict[str, float]:
    """Return seconds of each work."""
    times: dict[str, float] = {}
    with cutaway.Handle() as handle:
        handle.add_drive(image, format="raw")
        handle.launch()
        handle.mount_ro("/dev/sda", "/")
        rounds = 1000
        begun = time.perf_counter()
        for _ in range(rounds):
            handle.ping_daemon()
        times["round trip"] = (time.perf_counter() - begun) / rounds
        begun = time.perf_counter()
        for _ in range(30):
            handle.vfs_type("/dev/sda")
        times["vfs_type"] = (time.perf_counter() - begun) / 30
        begun = time.perf_counter()
        for _ in range(10):
            handle.list_filesystems()
        times["list_filesystems"] = (time.perf_counter() - begun) / 10
        begun = time.perf_counter()
        entries = handle.scandir("/many")
        times["list + lstat of 10,000"] = time.perf_counter() - begun
        assert len(entries) == 10_000
        assert all(entry.stat is not None for entry in entries)
        begun = time.perf_counter()
        handle.download("/big", target)
        times["download of 300 MB"] = time.perf_counter() - begun
    return times


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
