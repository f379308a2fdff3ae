"""What is measured of libguestfs; prints one JSON object. Run by the system's Python, which has its module."""

import json
import sys
import time

import guestfs


def measure(image, target):
    times = {}
    g = guestfs.GuestFS(python_return_dict=True)
    g.add_drive_opts(image, readonly=1, format="raw")
    g.launch()
    g.mount_ro("/dev/sda", "/")
    rounds = 200
    begun = time.perf_counter()
    for _ in range(rounds):
        g.ping_daemon()
    times["round trip"] = (time.perf_counter() - begun) / rounds
    begun = time.perf_counter()
    for _ in range(10):
        g.vfs_type("/dev/sda")
    times["vfs_type"] = (time.perf_counter() - begun) / 10
    begun = time.perf_counter()
    for _ in range(5):
        g.list_filesystems()
    times["list_filesystems"] = (time.perf_counter() - begun) / 5
    begun = time.perf_counter()
    names = g.ls("/many")
    entries = g.lstatnslist("/many", names)
    times["list + lstat of 10,000"] = time.perf_counter() - begun
    assert len(entries) == 10_000
    begun = time.perf_counter()
    g.download("/big", target)
    times["download of 300 MB"] = time.perf_counter() - begun
    g.close()
    return times


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
