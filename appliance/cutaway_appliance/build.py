"""The build: from package names to an appliance, as one step that succeeds or leaves nothing."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cutaway_appliance.closure import get_packages
from cutaway_appliance.daemon_layer import fill, layer_hash
from cutaway_appliance.kernel import add_kernel
from cutaway_appliance.libraries import check_libraries
from cutaway_appliance.manifest import FORMAT, Manifest, build_hash, component, read_manifest
from cutaway_appliance.pack import pack
from cutaway_appliance.recipe import read_recipe, recipe_hash
from cutaway_appliance.root import compile_python, configure, extract, prune

Progress = Callable[[str, float], None]


def build(destination: Path, *, cache: Path, on_progress: Progress = lambda _step, _fraction: None) -> Manifest:
    """Build an appliance.

    Args:
        destination: Its folder; what was there is replaced when the new one is complete.
        cache: Folder for downloaded packages.
        on_progress: Told each step and how far the build is, 0.0 to 1.0.

    Raises:
        BuildError: it cannot be built; the destination is as it was.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".appliance-", dir=destination.parent) as name:
        work, result = Path(name), Path(name) / "result"
        result.mkdir()
        manifest = _build_into(result, work, cache, on_progress)
        _replace(result, destination)
    on_progress("done", 1.0)
    return manifest


def _build_into(result: Path, work: Path, cache: Path, on_progress: Progress) -> Manifest:
    recipe, root = read_recipe(), work / "root"
    on_progress("getting packages", 0.0)
    packages, kernel_package = get_packages(recipe, cache)
    on_progress("unpacking", 0.3)
    extract(packages, root)
    prune(root, recipe)
    configure(root)
    on_progress("adding the kernel", 0.5)
    release = add_kernel(kernel_package, recipe, root, work, result / "vmlinuz")
    compile_python(root)
    check_libraries(root)
    on_progress("packing", 0.7)
    pack(root, result / "root.cpio.zst")
    manifest = Manifest(
        format=FORMAT, build_hash="", daemon_hash="", kernel_sha256=_sha256(result / "vmlinuz"),
        root_sha256=_sha256(result / "root.cpio.zst"), kernel_release=release, architecture="amd64", sizes={},
        packages=[component(package) for package in (*packages, kernel_package)], recipe_hash=recipe_hash(),
    )  # fmt: skip
    return _add_daemon(result, manifest)


def fits_recipe(destination: Path) -> bool:
    """Return whether an appliance was built by the recipe of now.

    Raises:
        OSError, ValueError, KeyError, TypeError: there is no appliance.
    """
    return read_manifest(destination).recipe_hash == recipe_hash()


def refresh_daemon_layer(destination: Path) -> Manifest:
    """Renew the daemon's layer of an appliance if its sources have changed; takes less than a second.

    Raises:
        OSError, ValueError, KeyError, TypeError: there is no appliance to renew.
    """
    manifest = read_manifest(destination)
    if manifest.daemon_hash == layer_hash():
        return manifest
    with tempfile.TemporaryDirectory(prefix=".appliance-", dir=destination.parent) as name:
        result = Path(name) / "result"
        shutil.copytree(destination, result)
        manifest = _add_daemon(result, manifest)
        _replace(result, destination)
    return manifest


def _add_daemon(result: Path, manifest: Manifest) -> Manifest:
    """Make initrd.img of root and daemon layer (the kernel takes archives one after another), and the manifest."""
    daemon_hash = layer_hash()
    whole = build_hash(manifest.kernel_sha256, manifest.root_sha256, daemon_hash)
    with tempfile.TemporaryDirectory(dir=result.parent) as name:
        layer, archive = Path(name) / "layer", Path(name) / "daemon.cpio.zst"
        fill(layer, whole)
        pack(layer, archive)
        (result / "initrd.img").write_bytes((result / "root.cpio.zst").read_bytes() + archive.read_bytes())
    sizes = {file: (result / file).stat().st_size for file in ("vmlinuz", "root.cpio.zst", "initrd.img")}
    manifest = replace(manifest, build_hash=whole, daemon_hash=daemon_hash, sizes=sizes)
    manifest.write(result)
    return manifest


def _replace(result: Path, destination: Path) -> None:
    """Put the result in the place of what was there; if that fails, what was there is back."""
    old = result.with_name("old")
    if destination.exists():
        destination.rename(old)
    try:
        result.rename(destination)
    except OSError:
        if old.exists():
            old.rename(destination)
        raise


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
