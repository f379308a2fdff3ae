"""CUTAWAY_QEMU: a wrapper that execs works; one that does not is found out, and nothing of it is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway import Handle, Settings
from cutaway.errors import LaunchError, QemuMissing


def wrapper(folder: Path, last_line: str) -> str:
    script = folder / "wrapper"
    script.write_text(f'#!/bin/bash\necho "$@" >>{folder}/arguments\n{last_line}\n')
    script.chmod(0o755)
    return str(script)


def test_a_wrapper_that_execs(
    make: Callable[..., Handle], tmp_path: Path, lend_template: Callable[[str], None]
) -> None:
    qemu = wrapper(tmp_path, 'exec qemu-system-x86_64 "$@"')
    lend_template(qemu)
    handle = make(Settings(qemu=qemu))
    handle.launch()
    handle.mount_ro("/dev/sda", "/")
    assert handle.cat("/hello") == b"hello\n"
    asked = (tmp_path / "arguments").read_text()
    assert "-version" in asked
    assert "-device help" in asked
    assert "spawn=deny" in asked


def test_a_wrapper_that_does_not_exec(make: Callable[..., Handle], tmp_path: Path, own_cache: Path) -> None:
    handle = make(Settings(qemu=wrapper(tmp_path, 'qemu-system-x86_64 "$@"; exit $?'), use_template=False))
    with pytest.raises(LaunchError, match="without exec") as caught:
        handle.launch()
    assert "exec" in caught.value.remedy


def test_a_wrapper_that_fails(make: Callable[..., Handle], tmp_path: Path, own_cache: Path) -> None:
    last = 'case "$*" in *-version*|*help*) exec qemu-system-x86_64 "$@";; esac; echo "no more memory" >&2; exit 3'
    handle = make(Settings(qemu=wrapper(tmp_path, last), use_template=False))
    with pytest.raises(LaunchError, match="exit code 3: no more memory") as caught:
        handle.launch()
    assert caught.value.exit_code == 3


def test_no_qemu_at_all(make: Callable[..., Handle], own_cache: Path) -> None:
    with pytest.raises(QemuMissing, match="/nowhere/qemu") as caught:
        make(Settings(qemu="/nowhere/qemu")).launch()
    assert "apt install" in caught.value.remedy


def test_something_that_is_no_qemu(make: Callable[..., Handle], own_cache: Path) -> None:
    with pytest.raises(QemuMissing, match="does not say a qemu version"):
        make(Settings(qemu="/bin/true")).launch()
