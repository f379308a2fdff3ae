"""Where the appliance is found: a colon-separated path of folders, as LIBGUESTFS_PATH is for libguestfs(3).

Order: the path of the settings or CUTAWAY_PATH, then the user's cache, then the data wheel `cutaway-appliance`.
The current folder is searched only for an element that is empty or ".".
"""

from __future__ import annotations

import importlib.util
import json
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from cutaway.errors import ApplianceMissing

BUILD_REMEDY = "Run 'cutaway appliance build', or set CUTAWAY_PATH to a folder that holds an appliance."


@dataclass(frozen=True, slots=True)
class ApplianceFiles:
    """A built appliance on the host's disk."""

    folder: Path
    kernel: Path
    initrd: Path
    build_hash: str


def cache_folder() -> Path:
    """Return the user's cache folder of Cutaway; CUTAWAY_CACHE names another."""
    override = os.environ.get("CUTAWAY_CACHE")
    return Path(override) if override else platformdirs.user_cache_path("cutaway")


def default_appliance_folder() -> Path:
    """Return where `cutaway appliance build` puts the appliance."""
    return cache_folder() / "appliance"


def search_folders(path: str | None) -> list[Path]:
    """Return the folders to search, in order; `path` is the setting, if there is one."""
    path = os.environ.get("CUTAWAY_PATH") if path is None else path
    folders = [Path(element or ".") for element in path.split(":")] if path is not None else []
    folders.append(default_appliance_folder())
    spec = importlib.util.find_spec("cutaway_appliance_data")
    if spec is not None and spec.submodule_search_locations:
        folders += [Path(location) for location in spec.submodule_search_locations]
    return folders


def find_appliance(path: str | None = None) -> ApplianceFiles:
    """Return the first appliance along the path.

    Raises:
        ApplianceMissing: there is none; the message names the folders searched.
    """
    folders = search_folders(path)
    for folder in folders:
        if (files := _appliance_in(folder)) is not None:
            return files
    searched = ", ".join(str(folder) for folder in folders)
    raise ApplianceMissing(f"no appliance in {searched}", remedy=BUILD_REMEDY)


def _appliance_in(folder: Path) -> ApplianceFiles | None:
    kernel, initrd, manifest = folder / "vmlinuz", folder / "initrd.img", folder / "manifest.json"
    if not (kernel.is_file() and initrd.is_file() and manifest.is_file()):
        return None
    try:
        build_hash = str(json.loads(manifest.read_text())["build_hash"])
    except (ValueError, KeyError, TypeError) as error:
        raise ApplianceMissing(
            f"the appliance in {folder} has a damaged manifest.json: {error}", remedy=BUILD_REMEDY
        ) from error
    return ApplianceFiles(folder, kernel, initrd, build_hash)
