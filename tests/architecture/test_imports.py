"""Who may import whom: import-linter's contracts, and exact lists where a part may use only few things."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What the daemon shares with the host; the appliance holds nothing else of the engine.
DAEMON_MAY = ("cutaway.protocol", "cutaway.calls", "cutaway.errors", "cutaway.file_names", "cutaway.records")
#: What is public of the engine: all that the window may use.
PUBLIC = (
    "cutaway.aio", "cutaway.appliance_path", "cutaway.calls", "cutaway.decompression", "cutaway.drives",
    "cutaway.errors", "cutaway.events", "cutaway.handle", "cutaway.helper_threads", "cutaway.hypervisor",
    "cutaway.image_magic", "cutaway.insertion.policy", "cutaway.key_file", "cutaway.mount_plan", "cutaway.records",
    "cutaway.sample", "cutaway.settings", "cutaway.state", "cutaway.testing", "cutaway.transfer.control",
    "cutaway.transfer.job", "cutaway.transfer.journal", "cutaway.transfer.policy", "cutaway.transfer.preview",
    "cutaway.unlocking",
)  # fmt: skip


def imports(path: Path) -> Iterator[str]:
    """Give the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def outside(path: Path, package: str, allowed: tuple[str, ...]) -> list[str]:
    """Return imports of a package that are not allowed."""
    ours = [name for name in imports(path) if name.split(".")[0] == package]
    return [name for name in ours if not any(name == item or name.startswith(item + ".") for item in allowed)]


def test_the_contracts_of_import_linter_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    path = ":".join(str(ROOT / folder) for folder in ("engine", "app", "appliance"))
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": path, "PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", files("appliance/cutawayd"), ids=lambda path: path.name)
def test_the_daemon_uses_only_what_the_appliance_holds(path: Path) -> None:
    assert outside(path, "cutaway", DAEMON_MAY) == []
    foreign = {name.split(".")[0] for name in imports(path)} - sys.stdlib_module_names
    assert foreign <= {"cutaway", "cutawayd", "msgpack"}


def test_the_window_uses_only_what_is_public_of_the_engine() -> None:
    found = {path.name: set(outside(path, "cutaway", PUBLIC)) - {"cutaway"} for path in files("app")}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("path", files("engine/cutaway/protocol"), ids=lambda path: path.name)
def test_the_protocol_needs_msgpack_and_nothing_else(path: Path) -> None:
    foreign = {name.split(".")[0] for name in imports(path)} - sys.stdlib_module_names
    assert foreign <= {"cutaway", "msgpack"}


#: Commands that are about the window import it late, when they are asked for.
COMMANDS_OF_THE_WINDOW = {
    "engine/cutaway/cli/main.py": {"cutaway_app.application"},
    "engine/cutaway/cli/desktop_commands.py": {"cutaway_app", "cutaway_app.desktop_entry"},
}


@pytest.mark.parametrize("path", files("engine"), ids=lambda path: path.stem)
def test_the_engine_knows_no_qt(path: Path) -> None:
    found = {name for name in imports(path) if name.split(".")[0] in {"PySide6", "shiboken6", "qasync", "cutaway_app"}}
    assert found <= COMMANDS_OF_THE_WINDOW.get(path.relative_to(ROOT).as_posix(), set())


@pytest.mark.parametrize("path", files("app/cutaway_app/models"), ids=lambda path: path.stem)
def test_models_of_the_window_have_no_widgets(path: Path) -> None:
    assert not any(name.startswith(("PySide6.QtWidgets", "cutaway_app.widgets")) for name in imports(path))
