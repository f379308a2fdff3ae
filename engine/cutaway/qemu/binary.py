"""Which qemu is used and what it can do: found, probed with -version and -device help, never assumed.

CUTAWAY_QEMU (or the setting) names another qemu or a wrapper script. The rule for wrappers: they must `exec` qemu
with all arguments, and pass -version and -device help on too.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from cutaway.appliance_path import cache_folder
from cutaway.atomic_file import write_atomically
from cutaway.errors import QemuMissing

DEFAULT = "qemu-system-x86_64"
NEEDED_DEVICES = ("virtio-serial-pci", "virtserialport", "virtconsole", "virtio-scsi-pci", "scsi-hd")
INSTALL_REMEDY = "Install qemu (Debian: apt install qemu-system-x86), or set CUTAWAY_QEMU to a qemu-system-x86_64."
PROBE_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class QemuBinary:
    """A qemu that has been probed.

    Attributes:
        path: The program or wrapper, as an absolute path.
        version: What -version says, such as "7.2.22".
        identity: Changes whenever the file does.
    """

    path: str
    version: str
    identity: str

    @property
    def major(self) -> int:
        """The major version."""
        return int(self.version.partition(".")[0])


async def find_qemu(setting: str | None = None) -> QemuBinary:
    """Return the qemu to use.

    Raises:
        QemuMissing: there is none, or it cannot be used.
    """
    wanted = setting or os.environ.get("CUTAWAY_QEMU") or DEFAULT
    path = shutil.which(wanted)
    if path is None:
        raise QemuMissing(f"{wanted} was not found or cannot be executed", remedy=INSTALL_REMEDY)
    path = os.path.abspath(path)
    identity = _identity(path)
    known = _cached(path, identity)
    if known is not None:
        return known
    binary = QemuBinary(path, await _probe(path), identity)
    if _is_elf(path):
        write_atomically(_cache_file(), json.dumps(asdict(binary)).encode())
    return binary


def _identity(path: str) -> str:
    status = os.stat(path)
    return f"{os.path.realpath(path)}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def _is_elf(path: str) -> bool:
    """Tell programs from wrapper scripts, whose qemu may change under them: those are probed each time."""
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def _cache_file() -> Path:
    return cache_folder() / "qemu.json"


def _cached(path: str, identity: str) -> QemuBinary | None:
    try:
        known = QemuBinary(**json.loads(_cache_file().read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return known if (known.path, known.identity) == (path, identity) else None


async def _probe(path: str) -> str:
    version_text, device_text = await asyncio.gather(_run(path, "-version"), _run(path, "-device", "help"))
    match = re.search(r"version (\d+\.\d+(?:\.\d+)?)", version_text)
    if match is None:
        raise QemuMissing(f"{path} does not say a qemu version: {version_text[:200]!r}", remedy=INSTALL_REMEDY)
    missing = [device for device in NEEDED_DEVICES if f'"{device}"' not in device_text]
    if missing:
        raise QemuMissing(f"{path} lacks the devices {', '.join(missing)}", remedy=INSTALL_REMEDY)
    return match.group(1)


async def _run(path: str, *arguments: str) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            path, *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
    except OSError as error:
        raise QemuMissing(f"{path} cannot be executed: {error.strerror}", remedy=INSTALL_REMEDY) from error
    try:
        output, _ = await asyncio.wait_for(process.communicate(), PROBE_TIMEOUT_S)
    except TimeoutError as error:
        process.kill()
        raise QemuMissing(f"{path} {arguments[0]} does not answer", remedy=INSTALL_REMEDY) from error
    return output.decode("utf-8", "replace")
