"""KVM or TCG: decided by a real boot, remembered for this host and this qemu.

That /dev/kvm exists proves nothing: on some hosts qemu aborts with it at once, on others the guest hangs for ever.
The verdict is made when the template is: a boot with KVM under a watchdog. Any doubt means TCG, with a warning.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cutaway.appliance_path import cache_folder
from cutaway.atomic_file import write_atomically
from cutaway.qemu.binary import QemuBinary
from cutaway.settings import Accelerator, Settings

#: A guest under KVM says its first word well within this; a hanging one never does.
WATCHDOG_S = 15.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which accelerator is used, and why.

    Attributes:
        host: What it holds for: host kernel, processor and qemu.
    """

    accelerator: Accelerator
    reason: str
    host: str


def known_verdict(qemu: QemuBinary, settings: Settings) -> Verdict | None:
    """Return the verdict without booting anything: forced, remembered, or obvious; None if a boot must tell."""
    host = host_identity(qemu)
    if settings.accelerator is not None:
        return Verdict(settings.accelerator, "forced by the settings", host)
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return Verdict("tcg", _why_no_kvm(), host)
    try:
        remembered = Verdict(**json.loads(_file().read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return remembered if remembered.host == host else None


def remember(qemu: QemuBinary, accelerator: Accelerator, reason: str) -> Verdict:
    """Store the verdict of a boot for this host."""
    verdict = Verdict(accelerator, reason, host_identity(qemu))
    write_atomically(_file(), json.dumps(asdict(verdict)).encode())
    return verdict


def forget() -> None:
    """Forget the verdict, so that the next template decides anew."""
    _file().unlink(missing_ok=True)


def host_identity(qemu: QemuBinary) -> str:
    """Return what a verdict depends on, as text."""
    return f"{os.uname().release} {processor()} {qemu.identity} {qemu.version}"


def processor() -> str:
    """Return the host processor's name, as /proc/cpuinfo has it."""
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        return next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "unknown")


def _why_no_kvm() -> str:
    if os.path.exists("/dev/kvm"):
        return "/dev/kvm may not be used by this user (add the user to the group kvm)"
    return "this machine has no /dev/kvm (virtualisation is off or not passed on)"


def _file() -> Path:
    return cache_folder() / "accelerator.json"
