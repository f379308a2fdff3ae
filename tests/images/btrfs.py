"""File systems of btrfs in all profiles, with every kind of extent, made by the kernel of an appliance.

Python on the host has no way to make subvolumes, shared extents and the like without root, so an appliance is booted
with a script of ours as its first process; it is switched off when everything is made.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from cutaway.appliance_path import find_appliance
from cutaway.qemu.command import KERNEL_COMMAND_LINE
from cutaway_appliance.pack import pack

#: Name → data profile, number of drives. They take the guest's drives in this order.
PROFILES = {"single": 1, "dup": 1, "raid1": 2, "two": 2, "raid0": 2}
SIZE = 288 << 20
WORD = "BTRFS-IS-MADE"
TIMEOUT_S = 100

MAKER = Path(__file__).with_name("btrfs_maker.py")
INTERPRETER = "#!/usr/bin/python3 -IS\n"


def missing_tools() -> list[str]:
    """Return what is not installed."""
    return [tool for tool in ("qemu-system-x86_64", "zstd") if shutil.which(tool) is None]


def build(folder: Path) -> dict[str, list[Path]]:
    """Make the images in a folder; return those of each file system, by the name of its profile."""
    script = folder / "root/first"
    script.parent.mkdir()
    script.write_text(INTERPRETER + MAKER.read_text())
    (script.parent / "systems").write_text(json.dumps(PROFILES))
    script.chmod(0o755)
    pack(script.parent, folder / "extra")
    appliance = find_appliance()
    initrd = folder / "initrd"
    initrd.write_bytes(appliance.initrd.read_bytes() + (folder / "extra").read_bytes())
    made = {name: [folder / f"{name}-{number}.raw" for number in range(count)] for name, count in PROFILES.items()}
    drives: list[str] = []
    for number, image in enumerate(image for images in made.values() for image in images):
        with image.open("wb") as file:
            file.truncate(SIZE)
        drives += ["-drive", f"file={image},format=raw,if=none,cache=unsafe,id=d{number}"]
        drives += ["-device", f"scsi-hd,drive=d{number},bus=scsi0.0,scsi-id={number}"]
    words = f"{KERNEL_COMMAND_LINE} rdinit=/first console=ttyS0"
    done = subprocess.run(
        [
            os.environ.get("CUTAWAY_QEMU", "qemu-system-x86_64"), "-nodefaults", "-no-user-config", "-no-reboot",
            "-display", "none", "-serial", "stdio", "-cpu", "max", "-m", "768", "-machine", "pc",
            "-kernel", str(appliance.kernel), "-initrd", str(initrd), "-append", words,
            "-device", "virtio-scsi-pci,id=scsi0", *drives,
        ],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False, timeout=TIMEOUT_S,
    )  # fmt: skip
    if WORD not in done.stdout:
        raise RuntimeError(f"the file systems could not be made:\n{done.stdout[-3000:]}{done.stderr}")
    return made
