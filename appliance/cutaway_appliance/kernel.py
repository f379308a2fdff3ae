"""The kernel and those of its modules that an appliance can have a use for."""

from __future__ import annotations

import lzma
import shutil
from fnmatch import fnmatch
from pathlib import Path

from cutaway_appliance.closure import Package
from cutaway_appliance.errors import BuildError
from cutaway_appliance.recipe import Recipe
from cutaway_appliance.tools import run

NEWER = (
    "Linux 6.12 or newer is needed. Debian 12 has it in its security archive: let apt know that (suite "
    "bookworm-security), run 'apt-get update', and try again."
)


def add_kernel(package: Package, recipe: Recipe, root: Path, work: Path, vmlinuz: Path) -> str:
    """Copy the kernel out of its package, and the kept modules into the root; return the release."""
    unpacked = work / "kernel"
    run(["dpkg-deb", "-x", str(package.file), str(unpacked)])
    images = list((unpacked / "boot").glob("vmlinuz-*"))
    if len(images) != 1:
        raise BuildError(f"{package.name} holds {len(images)} kernels")
    shutil.copyfile(images[0], vmlinuz)
    release = images[0].name.removeprefix("vmlinuz-")
    source = next(path for path in (unpacked / "lib/modules", unpacked / "usr/lib/modules") if path.is_dir()) / release
    target = root / "usr/lib/modules" / release
    _copy_modules(source, target, recipe)
    run(["depmod", "-b", str(root), release])
    shutil.rmtree(unpacked)
    (root / "etc/cutaway/modules").write_text("".join(f"{path}\n" for path in load_order(target, recipe)))
    return release


def _copy_modules(source: Path, target: Path, recipe: Recipe) -> None:
    """Copy modules, uncompressed: the whole root is compressed once."""
    for module in sorted((source / "kernel").rglob("*.ko*")):
        relative = module.relative_to(source / "kernel")
        if not is_kept(relative, recipe):
            continue
        place = target / "kernel" / relative
        place.parent.mkdir(parents=True, exist_ok=True)
        if module.suffix == ".xz":
            place.with_suffix("").write_bytes(lzma.decompress(module.read_bytes()))
        else:
            shutil.copyfile(module, place)
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copyfile(source / name, target / name)


def is_kept(relative: Path, recipe: Recipe) -> bool:
    """Return whether the recipe wants a module, by its path below kernel/."""
    return _matches(relative, recipe.kept_modules) and not _matches(relative, recipe.left_out_modules)


def _matches(relative: Path, patterns: list[str]) -> bool:
    text = str(relative)
    return any(text.startswith(f"{pattern}/") or fnmatch(text, pattern) for pattern in patterns)


def load_order(modules: Path, recipe: Recipe) -> list[str]:
    """Return the paths of the modules to load at boot, below /lib/modules/RELEASE, each after what it needs.

    Raises:
        BuildError: the kernel lacks one.
    """
    needs = _dependencies(modules)
    by_name = {Path(path).name.partition(".ko")[0].replace("-", "_"): path for path in needs}
    builtin = (modules / "modules.builtin").read_text()
    order: list[str] = []
    for name in recipe.loaded_modules:
        path = by_name.get(name.replace("-", "_"))
        if path is None:
            if f"/{name}.ko" in builtin or f"/{name.replace('_', '-')}.ko" in builtin:
                continue
            raise BuildError(f"the kernel {modules.name} has no module {name}", remedy=NEWER)
        order += [item for item in (*reversed(needs[path]), path) if item not in order]
    return order


def _dependencies(modules: Path) -> dict[str, list[str]]:
    lines = (modules / "modules.dep").read_text().splitlines()
    return {path: rest.split() for path, _, rest in (line.partition(":") for line in lines)}
