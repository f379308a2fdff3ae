"""The whole program, as processes and windows, on a real Debian. Each test boots appliances of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from cutaway.appliance_path import find_appliance
from cutaway.errors import ApplianceMissing
from images import debian, locked_image
from images.debian import DebianImage
from support.backends import skip_or_fail
from support.garbage import garbage_in_this_thread

__all__ = ["garbage_in_this_thread"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "end_to_end" in item.path.parts:
            item.add_marker(pytest.mark.boots_appliance)
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints"))


@pytest.fixture(scope="session")
def debian_image() -> DebianImage:
    if missing := debian.missing_tools():
        skip_or_fail(f"the Debian image needs {', '.join(missing)}")
    try:
        find_appliance()
        return debian.debian_image()
    except ApplianceMissing as error:
        skip_or_fail(str(error))
    except subprocess.CalledProcessError as error:
        skip_or_fail(f"the Debian image cannot be built: {error}\n{error.stderr}")


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an image whose system is in encrypted volumes."""
    if missing := locked_image.missing_tools():
        skip_or_fail(f"the locked image needs {', '.join(missing)}")
    path = tmp_path_factory.mktemp("locked") / "vault.img"
    locked_image.build(path)
    return path
