"""Which packages the appliance needs, and getting them: apt resolves against an empty system, as any user.

Nothing is installed and nothing needs root: apt gets folders of its own, and uses the machine's package lists and
keys, so what it downloads is what the machine itself would trust.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from cutaway_appliance.errors import BuildError
from cutaway_appliance.recipe import Recipe
from cutaway_appliance.tools import run

LISTS_REMEDY = "Run 'apt-get update' as root once, and check the sources of apt."


@dataclass(frozen=True, slots=True)
class Package:
    """A downloaded package."""

    name: str
    version: str
    architecture: str
    sha256: str
    file: Path


class Apt:
    """apt-get with an empty system of its own below `cache`."""

    def __init__(self, cache: Path) -> None:
        self.archives = cache / "archives"
        #: Stays empty: --print-uris leaves out what is downloaded already.
        self._nothing = cache / "resolving"
        for folder in (cache / "state/lists/partial", self.archives / "partial", self._nothing / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        status = cache / "status"
        status.write_text("")
        options = {
            "Dir::State": cache / "state",
            "Dir::State::Lists": "/var/lib/apt/lists",
            "Dir::State::status": status,
            "Dir::Cache": cache,
            "Dir::Cache::archives": self.archives,
            "Debug::NoLocking": "1",
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "",
        }
        self._command = ["apt-get", "-qq", "-y", *(f"-o{name}={value}" for name, value in options.items())]

    def closure(self, names: list[str]) -> list[str]:
        """Return the file names of all packages that these need.

        Raises:
            BuildError: one is not to be had.
        """
        try:
            printed = run(
                [*self._command, f"-oDir::Cache::archives={self._nothing}", "--print-uris", "install", *names]
            )
        except BuildError as error:
            raise BuildError(f"apt cannot resolve the appliance's packages: {error}", remedy=LISTS_REMEDY) from error
        return file_names(printed)

    def download(self, names: list[str]) -> None:
        """Download packages (not what they need) into the archives; apt checks their sums.

        Raises:
            BuildError: it cannot be done.
        """
        try:
            run([*self._command, "--download-only", "install", *names])
        except BuildError as error:
            raise BuildError(f"the packages cannot be downloaded: {error}", remedy=LISTS_REMEDY) from error


def file_names(printed: str) -> list[str]:
    """Return the file names that `apt-get --print-uris` prints: 'URI' NAME SIZE SUM in each line."""
    return sorted(match.group(1) for line in printed.splitlines() if (match := re.match(r"'[^']+' (\S+\.deb) ", line)))


def get_packages(recipe: Recipe, cache: Path) -> tuple[list[Package], Package]:
    """Return the packages of the root, and the kernel's, all downloaded.

    Raises:
        BuildError: they cannot be had.
    """
    apt = Apt(cache)
    kernel = _choose_kernel(apt, recipe)
    names = apt.closure([kernel, *recipe.packages])
    apt.download([kernel, *recipe.packages])
    packages = [_package(apt.archives / name) for name in names]
    image = [item for item in packages if item.name.startswith("linux-image-") and item.name != kernel]
    if len(image) != 1:
        raise BuildError(f"{kernel} does not lead to one kernel package: {[item.name for item in image]}")
    root = [item for item in packages if not item.name.startswith("linux-image") and item.name not in recipe.left_out]
    return root, image[0]


def _choose_kernel(apt: Apt, recipe: Recipe) -> str:
    for name in recipe.kernels:
        try:
            apt.closure([name])
        except BuildError:
            continue
        return name
    raise BuildError(f"apt offers none of the kernels {', '.join(recipe.kernels)}", remedy=LISTS_REMEDY)


def _package(file: Path) -> Package:
    """Return what the name of an archive and its content say: NAME_VERSION_ARCHITECTURE.deb, colons as %3a."""
    name, version, architecture = file.name.removesuffix(".deb").split("_")
    with file.open("rb") as archive:
        digest = hashlib.file_digest(archive, "sha256").hexdigest()
    return Package(name, version.replace("%3a", ":"), architecture, digest, file)
