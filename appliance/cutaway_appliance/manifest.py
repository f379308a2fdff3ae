"""The manifest: what an appliance is made of, with versions, sums and licences, and its build hash."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from cutaway_appliance.closure import Package
from cutaway_appliance.tools import run

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Component:
    """A package that went into the appliance."""

    name: str
    version: str
    architecture: str
    sha256: str
    licence: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """manifest.json of an appliance.

    Attributes:
        build_hash: Over kernel, root and daemon layer; the daemon says it in its Hello.
        daemon_hash: Over the daemon layer's sources.
        recipe_hash: Over the recipe; "" in manifests of old.
        sizes: Bytes of each file of the appliance.
    """

    format: int
    build_hash: str
    daemon_hash: str
    kernel_sha256: str
    root_sha256: str
    kernel_release: str
    architecture: str
    sizes: dict[str, int]
    packages: list[Component]
    recipe_hash: str = ""

    def write(self, folder: Path) -> None:
        """Write it into the appliance's folder."""
        (folder / "manifest.json").write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of an appliance.

    Raises:
        OSError, ValueError, KeyError, TypeError: there is none, or it is not one of ours.
    """
    facts = json.loads((folder / "manifest.json").read_text())
    facts["packages"] = [Component(**item) for item in facts["packages"]]
    return Manifest(**facts)


def build_hash(kernel_sha256: str, root_sha256: str, daemon_hash: str) -> str:
    """Return the build hash of an appliance made of these."""
    return hashlib.sha256(f"{FORMAT} {kernel_sha256} {root_sha256} {daemon_hash}".encode()).hexdigest()


def component(package: Package) -> Component:
    """Return what the manifest says of a package."""
    return Component(package.name, package.version, package.architecture, package.sha256, _licence(package))


def _licence(package: Package) -> str:
    """Return the licences that the package's copyright file names, if it is of the machine-readable form (DEP-5)."""
    pattern = f"./usr/share/doc/{package.name}/copyright"
    text = run(
        ["sh", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -xO "$2" 2>/dev/null || true', "-", str(package.file), pattern]
    )
    names = dict.fromkeys(re.findall(r"^License:[ \t]*(\S.*)$", text, re.MULTILINE))
    return ", ".join(names)[:500] or "see copyright"
