"""cutaway doctor: everything that Cutaway needs, checked, each with what to do; and selftest, which proves it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cutaway import accelerator
from cutaway.appliance_path import cache_folder, find_appliance
from cutaway.cli.opened import settings as used_settings
from cutaway.cli.output import size_text
from cutaway.cli.prepare import expected_template
from cutaway.errors import EngineError, LaunchError
from cutaway.folder_mount import libfuse, mount_point
from cutaway.handle import Handle
from cutaway.qemu.binary import find_qemu
from cutaway.runtime_folder import base_folder
from cutaway.template import why_damaged

SPACE_NEEDED = 1_000_000_000
State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        remedy: What to do; "" where nothing is to do.
    """

    name: str
    state: State
    text: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Run all checks, one after another; none of them changes anything."""
    for name, check in CHECKS.items():
        try:
            yield check(name)
        except EngineError as error:
            yield Finding(name, "fail", str(error), error.remedy)


def _qemu(name: str) -> Finding:
    binary = asyncio.run(find_qemu(used_settings().qemu))
    return Finding(name, "ok", f"{binary.path}, version {binary.version}")


def _qemu_img(name: str) -> Finding:
    path = shutil.which("qemu-img")
    if path is None:
        return Finding(name, "fail", "qemu-img was not found", "Install it (Debian: apt install qemu-utils).")
    return Finding(name, "ok", path)


def _accelerator(name: str) -> Finding:
    settings = used_settings()
    verdict = accelerator.known_verdict(asyncio.run(find_qemu(settings.qemu)), settings)
    if verdict is None:
        return Finding(name, "warn", "KVM has not been tried yet", "Run 'cutaway selftest'.")
    if verdict.accelerator == "tcg":
        remedy = "It works without; with KVM it would be faster. Enable virtualisation, or join the group kvm."
        return Finding(name, "warn", f"no KVM: {verdict.reason}", remedy)
    return Finding(name, "ok", f"KVM: {verdict.reason}")


def _appliance(name: str) -> Finding:
    from cutaway_appliance.daemon_layer import layer_hash  # noqa: PLC0415 not in the engine's layers
    from cutaway_appliance.manifest import read_manifest  # noqa: PLC0415 not in the engine's layers

    found = find_appliance(used_settings().appliance_path)
    manifest = read_manifest(found.folder)
    if manifest.daemon_hash != layer_hash():
        return Finding(name, "warn", f"{found.folder} has the daemon of another version", "Run 'cutaway setup'.")
    size = size_text(sum(manifest.sizes[file] for file in ("vmlinuz", "initrd.img")))
    return Finding(name, "ok", f"{found.folder}, {size}, Linux {manifest.kernel_release}")


def _template(name: str) -> Finding:
    template = expected_template()
    remedy = "The next start makes it, which takes some seconds once; or run 'cutaway template make'."
    if not template.manifest.exists():
        return Finding(name, "warn", "there is none that fits", remedy)
    if (damage := why_damaged(template, thorough=True)) is not None:
        return Finding(name, "warn", damage, remedy)
    return Finding(name, "ok", str(template.folder))


def _space(name: str) -> Finding:
    folder = cache_folder()
    while not folder.exists():
        folder = folder.parent
    for place in (folder, Path(os.environ.get("TMPDIR") or "/var/tmp")):  # noqa: S108 only measured
        free = shutil.disk_usage(place).free
        if free < SPACE_NEEDED:
            return Finding(name, "fail", f"only {size_text(free)} free in {place}", "Free at least 1 GB there.")
    try:
        base_folder()
    except LaunchError as error:
        return Finding(name, "fail", str(error), error.remedy)
    return Finding(name, "ok", f"{size_text(shutil.disk_usage(folder).free)} free in {folder}")


def _display(name: str) -> Finding:
    if importlib.util.find_spec("PySide6") is None or importlib.util.find_spec("qasync") is None:
        return Finding(name, "warn", "the window is not installed", "pip install 'cutaway[gui]'")
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return Finding(name, "warn", "there is no display", "packaging/run opens the window on a virtual one.")
    return Finding(name, "ok", os.environ.get("WAYLAND_DISPLAY") or os.environ["DISPLAY"])


def _mounting(name: str) -> Finding:
    try:
        mount_point.check_host()
        libfuse.load()
    except EngineError as error:
        return Finding(name, "warn", f"{error}; only 'cutaway mount' needs it", error.remedy)
    return Finding(name, "ok", f"{mount_point.DEVICE} and libfuse 3")


CHECKS: dict[str, Callable[[str], Finding]] = {
    "qemu": _qemu,
    "qemu-img": _qemu_img,
    "acceleration": _accelerator,
    "appliance": _appliance,
    "template": _template,
    "space": _space,
    "display": _display,
    "mounting": _mounting,
}


def selftest() -> Iterator[str]:
    """Boot an appliance and use it: make a file system, bring a file in and out, compare; tell each step's time.

    Raises:
        EngineError: something does not work.
    """
    content = os.urandom(1 << 20)
    with Handle(used_settings()) as handle, tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder) / "source", Path(folder) / "result"
        source.write_bytes(content)
        handle.add_drive_scratch(64 << 20)
        steps: dict[str, Callable[[], object]] = {
            "launch": handle.launch,
            "mkfs": lambda: handle.mkfs("ext4", "/dev/sda"),
            "mount": lambda: handle.mount("/dev/sda", "/"),
            "upload": lambda: handle.upload(str(source), "/file"),
            "download": lambda: handle.download("/file", str(result)),
            "shutdown": handle.shutdown,
        }
        for name, step in steps.items():
            begun = time.monotonic()
            step()
            yield f"{name:<9} {time.monotonic() - begun:6.3f} s"
        if result.read_bytes() != content:
            raise EngineError("the file that came back is not the one that went in")
