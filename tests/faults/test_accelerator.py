"""A /dev/kvm that aborts or hangs ends in TCG with a warning; forced, it ends in an error."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway import Handle, Settings, accelerator
from cutaway.errors import LaunchError
from cutaway.events import LaunchDone, Warning

needs_kvm_device = pytest.mark.skipif(not os.access("/dev/kvm", os.R_OK | os.W_OK), reason="no /dev/kvm to try")


def broken_kvm(folder: Path, deed: str) -> str:
    script = folder / "qemu"
    script.write_text(f'#!/bin/bash\ncase "$*" in *"-accel kvm"*) {deed};; esac\nexec qemu-system-x86_64 "$@"\n')
    script.chmod(0o755)
    return str(script)


@needs_kvm_device
@pytest.mark.parametrize("deed", ["echo 'failed to set MSR 0x48b' >&2; exit 1", "exec sleep 1000"])
def test_broken_kvm_falls_back(
    deed: str,
    make: Callable[..., Handle],
    tmp_path: Path,
    own_cache: Path,
    lend_template: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(accelerator, "WATCHDOG_S", 8.0)
    monkeypatch.setattr("cutaway.qemu.boot.CONNECT_TIMEOUT_S", 8.0)
    qemu = broken_kvm(tmp_path, deed)
    lend_template(qemu)
    handle = make(Settings(qemu=qemu))
    warnings: list[str] = []
    done: list[LaunchDone] = []
    handle.on(Warning, lambda event: warnings.append(event.text))
    handle.on(LaunchDone, done.append)
    handle.launch()
    assert done[0].accelerator == "tcg"
    assert any("/dev/kvm does not work" in text for text in warnings)
    remembered = (own_cache / "accelerator.json").read_text()
    assert '"tcg"' in remembered


def test_forced_kvm_that_fails_is_an_error(make: Callable[..., Handle], tmp_path: Path, own_cache: Path) -> None:
    qemu = broken_kvm(tmp_path, "echo 'no KVM here' >&2; exit 1")
    handle = make(Settings(qemu=qemu, use_template=False, accelerator="kvm"))
    with pytest.raises(LaunchError, match="no KVM here"):
        handle.launch()
