"""The first process of a guest that makes file systems of btrfs on its drives, and ends with it; see btrfs.py."""

import json
import os
import random
import subprocess
import sys
import time

sys.path[:0] = ["/usr/lib/cutaway", "/usr/lib/python3/dist-packages"]
from cutawayd import boot  # noqa: E402 the guest has it in a place of its own


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def drives_by_number() -> dict[int, str]:
    """Return the drives: the kernel names them in any order."""
    names = [name for name in os.listdir("/sys/block") if name.startswith("sd") and os.path.exists(f"/dev/{name}")]
    return {int(os.path.realpath(f"/sys/block/{name}/device").split(":")[-2]): f"/dev/{name}" for name in names}


def write(path: str, size: int, seed: int, at: int = 0) -> None:
    block = random.Random(seed).randbytes(1 << 16)
    with open(path, "r+b" if os.path.exists(path) else "wb") as file:
        file.seek(at)
        places = range(0, size, len(block))
        file.writelines((place.to_bytes(8, "little") + block[8:])[: size - place] for place in places)


def fill(root: str, fillings: int) -> None:
    write(f"{root}/large", 24_000_123, 1)
    for number in range(40):
        write(f"{root}/small-{number}", 3000 + number * 700, number)
    write(f"{root}/inline", 100, 2)
    write(f"{root}/hole", 20_000, 3, at=1 << 20)
    os.truncate(f"{root}/hole", 3_000_001)
    write(f"{root}/hole", 10_000, 4)
    with open(f"{root}/hole-only", "wb") as file:
        file.truncate(1 << 20)
    with open(f"{root}/allocated", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 20)
    write(f"{root}/allocated", 70_000, 5, at=300_000)
    os.mkdir(f"{root}/compressed")
    run("btrfs", "property", "set", f"{root}/compressed", "compression", "zstd")
    with open(f"{root}/compressed/text", "wb") as file:
        file.write(b"the same again and again\n" * 40_000)
    open(f"{root}/nocow", "wb").close()
    run("chattr", "+C", f"{root}/nocow")
    write(f"{root}/nocow", 2_000_000, 6)
    os.sync()
    run("cp", "--reflink=always", f"{root}/large", f"{root}/shared")
    run("cp", "--reflink=always", f"{root}/large", f"{root}/partly-shared")
    write(f"{root}/partly-shared", 500_000, 7, at=4_100_000)
    for name in ("sub", "@", "@home"):
        run("btrfs", "subvolume", "create", f"{root}/{name}")
    write(f"{root}/sub/file", 700_001, 8)
    run("btrfs", "subvolume", "create", f"{root}/sub/nested")
    write(f"{root}/sub/nested/file", 90_000, 9)
    run("btrfs", "subvolume", "snapshot", f"{root}/sub", f"{root}/snapshot")
    os.rmdir(f"{root}/snapshot/nested")  # where a subvolume was: a folder without a time of its own
    for number in range(fillings):
        write(f"{root}/filling-{number}", 24 << 20, 10 + number)


def main() -> None:
    """Make what /systems asks for: name → number of drives."""
    boot.mount_kernel_files()
    boot.boot(print)
    with open("/systems", encoding="ascii") as file:
        systems = json.load(file)
    while len(found := drives_by_number()) < sum(systems.values()):
        time.sleep(0.05)
    drives = iter([device for _, device in sorted(found.items())])
    os.mkdir("/made")
    for name, count in systems.items():
        devices = [next(drives) for _ in range(count)]
        profile = {"two": "single"}.get(name, name)
        run("mkfs.btrfs", "-q", "-f", "-d", profile, "-m", "raid1" if count > 1 else "dup", *devices)
        if count > 1:
            run("btrfs", "device", "scan", *devices)
        run("mount", devices[0], "/made")
        fill("/made", 4 if name == "two" else 0)
        run("umount", "/made")
    os.sync()
    print("BTRFS-IS-MADE", flush=True)
    run("/usr/bin/busybox", "poweroff", "-f")


main()
