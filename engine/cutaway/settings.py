"""How an appliance is started: values that a handle has and nobody changes after launch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

Accelerator = Literal["tcg", "kvm"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a handle.

    Attributes:
        appliance_path: Folders to search for an appliance, colon-separated; None: CUTAWAY_PATH, then the defaults.
        qemu: The qemu program or a wrapper script that execs it; None: CUTAWAY_QEMU, then qemu-system-x86_64.
        memory_mib: The guest's memory; the default is enough to derive a key with 1 GiB (argon2id, cryptsetup's most).
            Another size is another template.
        vcpus: Virtual processors.
        accelerator: "tcg" or "kvm" force one; None tries KVM and falls back.
        use_template: Whether to start from the saved state of a booted appliance.
        launch_timeout_s: How long a cold boot may take.
    """

    appliance_path: str | None = None
    qemu: str | None = None
    memory_mib: int = 1536
    vcpus: int = 1
    accelerator: Accelerator | None = None
    use_template: bool = True
    launch_timeout_s: float = 600.0

    @classmethod
    def from_environment(cls) -> Settings:
        """Return the settings that CUTAWAY_PATH, CUTAWAY_QEMU, CUTAWAY_MEMSIZE and CUTAWAY_ACCELERATOR ask for.

        Raises:
            ValueError: one of them makes no sense.
        """
        memory = os.environ.get("CUTAWAY_MEMSIZE", "1536")
        if not memory.isdigit() or int(memory) < 256:
            raise ValueError(f"CUTAWAY_MEMSIZE must be a number of MiB, at least 256: {memory!r}")
        accelerator = os.environ.get("CUTAWAY_ACCELERATOR") or None
        if accelerator not in {None, "tcg", "kvm"}:
            raise ValueError(f"CUTAWAY_ACCELERATOR must be tcg or kvm: {accelerator!r}")
        return cls(
            appliance_path=os.environ.get("CUTAWAY_PATH"),
            qemu=os.environ.get("CUTAWAY_QEMU") or None,
            memory_mib=int(memory),
            accelerator=accelerator,  # type: ignore[arg-type]  # checked above
        )
