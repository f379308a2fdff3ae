"""The template: the saved state of a booted appliance without drives, from which handles start in a blink.

A folder in the user's cache, named by a key of everything that must match: qemu, machine, accelerator, appliance,
protocol. It holds the guest's memory (`ram`, mapped copy-on-write by every appliance), the devices' state (`state`)
and a manifest with their sums. A template that does not fit is never used: it is discarded and made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cutaway.accelerator import processor
from cutaway.appliance_path import ApplianceFiles, cache_folder
from cutaway.protocol.version import PROTOCOL_VERSION
from cutaway.qemu.binary import QemuBinary
from cutaway.qemu.command import KERNEL_COMMAND_LINE, MachinePlan, machine
from cutaway.settings import Accelerator, Settings

#: Changes when the way in which templates are made does.
FORMAT = 1
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Template:
    """A template on disk."""

    folder: Path

    @property
    def ram(self) -> Path:
        """The guest's memory."""
        return self.folder / "ram"

    @property
    def state(self) -> Path:
        """The devices' state."""
        return self.folder / "state"

    @property
    def manifest(self) -> Path:
        """Sums and facts, JSON."""
        return self.folder / "manifest.json"


def templates_folder() -> Path:
    """Return where templates are kept."""
    return cache_folder() / "templates"


def template_key(qemu: QemuBinary, appliance: ApplianceFiles, accelerator: Accelerator, settings: Settings) -> str:
    """Return the name of the template that fits."""
    nowhere = Path("/")
    plan = MachinePlan(
        qemu=qemu.path, kernel=nowhere, initrd=nowhere, socket_folder=nowhere, accelerator=accelerator,
        memory_mib=settings.memory_mib, vcpus=settings.vcpus, ram_file=nowhere,
    )  # fmt: skip
    facts = [FORMAT, PROTOCOL_VERSION, qemu.identity, qemu.version, appliance.build_hash]
    facts += [*machine(plan), KERNEL_COMMAND_LINE, processor() if accelerator == "kvm" else ""]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def find_template(key: str) -> Template | None:
    """Return the template of that key if it is whole; one that is damaged is discarded."""
    template = Template(templates_folder() / key)
    if not template.manifest.exists():
        return None
    if why_damaged(template) is not None:
        discard(template)
        return None
    return template


def why_damaged(template: Template, *, thorough: bool = False) -> str | None:
    """Return what is wrong with a template, None if nothing is.

    The state is summed each time. The memory, some hundred MB, is summed when its inode, size or change time is not
    what it was (nobody can set a change time back), or when `thorough`.
    """
    try:
        facts = json.loads(template.manifest.read_text())
        if _sum(template.state) != facts["state_sum"]:
            return "its device state is damaged"
        if (thorough or _stamp(template.ram) != facts["ram_stamp"]) and _sum(template.ram) != facts["ram_sum"]:
            return "its memory is damaged"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"it cannot be read: {error}"
    return None


def discard(template: Template) -> None:
    """Remove a template; appliances that run from it are not disturbed."""
    shutil.rmtree(template.folder, ignore_errors=True)


@contextmanager
def new_template(key: str) -> Iterator[Template]:
    """Make a template: fill `ram` and `state` of what is given; it takes its place at the end, or vanishes.

    Other templates of this user are discarded then: they belong to other builds.
    """
    parent = templates_folder()
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = Template(Path(tempfile.mkdtemp(prefix=".new-", dir=parent)))
    try:
        yield draft
        _seal(draft)
        final = Template(parent / key)
        discard(final)
        draft.folder.rename(final.folder)
    finally:
        discard(draft)


@contextmanager
def making_lock(key: str) -> Iterator[None]:
    """Hold the right to make the template of that key; waits for another process that makes it now."""
    parent = templates_folder()
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(parent / f".lock-{key}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def discard_others(key: str, keep: int = 3) -> None:
    """Discard all but the newest templates and the one of that key."""
    folders = [path for path in templates_folder().glob("[0-9a-f]*") if path.name != key]
    folders.sort(key=_last_change, reverse=True)
    for folder in folders[keep:]:
        discard(Template(folder))


def _last_change(folder: Path) -> float:
    with suppress(FileNotFoundError):
        return folder.stat().st_mtime
    return 0.0


def _seal(template: Template) -> None:
    for file in (template.ram, template.state):
        file.chmod(0o600)
    facts = {"state_sum": _sum(template.state), "ram_sum": _sum(template.ram), "ram_stamp": _stamp(template.ram)}
    template.manifest.write_text(json.dumps(facts))


def _stamp(path: Path) -> list[Any]:
    status = path.stat()
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _sum(path: Path) -> str:
    """Return the SHA-256 of a file's data, with the holes skipped but their places counted."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        position = 0
        while position < size:
            try:
                position = os.lseek(file.fileno(), position, os.SEEK_DATA)
            except OSError:
                break
            end = os.lseek(file.fileno(), position, os.SEEK_HOLE)
            os.lseek(file.fileno(), position, os.SEEK_SET)
            digest.update(f"{position}-{end}:".encode())
            while position < end and (data := file.read(min(CHUNK, end - position))):
                digest.update(data)
                position += len(data)
    return digest.hexdigest()
