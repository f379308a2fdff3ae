"""Making what Cutaway needs: the appliance, its template, the sample image. Quick when nothing is to do."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from cutaway.accelerator import known_verdict
from cutaway.appliance_path import BUILD_REMEDY, cache_folder, default_appliance_folder, find_appliance
from cutaway.cli.opened import listen, settings
from cutaway.errors import ApplianceMissing, LaunchError
from cutaway.handle import Handle
from cutaway.qemu.binary import find_qemu
from cutaway.sample import make_sample, sample_path
from cutaway.template import Template, discard, template_key, templates_folder


def setup() -> None:
    """Make whatever is missing or does not fit."""
    appliance_ensure()
    if not expected_template().manifest.exists():
        template_make()
    sample()


def expected_template() -> Template:
    """Return the template that handles start from here; it may not have been made yet.

    Raises:
        EngineError: there is no appliance, or no qemu.
    """
    used = settings()
    qemu, appliance = asyncio.run(find_qemu(used.qemu)), find_appliance(used.appliance_path)
    verdict = known_verdict(qemu, used)
    chosen = verdict.accelerator if verdict is not None else "tcg"
    return Template(templates_folder() / template_key(qemu, appliance, chosen, used))


def sample() -> Path:
    """Return the sample image, made now if need be."""
    path = sample_path()
    if not path.exists():
        say("making the sample image")
        make_sample(path)
    return path


def appliance_ensure() -> None:
    """Build the appliance if there is none, or if it is made by another recipe; renew its daemon if that has changed.

    Where an old one cannot be built anew, for want of a network, say, it stays in use with the new daemon.
    """
    from cutaway_appliance.build import fits_recipe, refresh_daemon_layer  # noqa: PLC0415 not in the engine's layers

    folder = default_appliance_folder()
    try:
        found = find_appliance()
    except ApplianceMissing:
        appliance_build()
        return
    if found.folder != folder:
        return
    if not fits_recipe(folder):
        try:
            appliance_build()
        except LaunchError as error:
            say(f"{error}; the old one stays in use, and may lack something")
    refresh_daemon_layer(folder)


def appliance_build() -> None:
    """Build the appliance anew from Debian's packages.

    Raises:
        LaunchError: it cannot be built.
    """
    from cutaway_appliance.build import build  # noqa: PLC0415 not in the engine's layers
    from cutaway_appliance.errors import BuildError  # noqa: PLC0415 not in the engine's layers

    say("building the appliance from Debian packages, this takes half a minute")
    cache = cache_folder() / "packages"
    try:
        build(default_appliance_folder(), cache=cache, on_progress=lambda step, _: say(f"  {step}"))
    except BuildError as error:
        raise LaunchError(f"the appliance cannot be built: {error}", remedy=error.remedy or BUILD_REMEDY) from error
    shutil.rmtree(cache, ignore_errors=True)


def appliance_info() -> str:
    """Return what the appliance is made of, as text."""
    from cutaway_appliance.manifest import read_manifest  # noqa: PLC0415 not in the engine's layers

    found = find_appliance()
    manifest = read_manifest(found.folder)
    lines = [f"{found.folder}", f"build hash {manifest.build_hash}", f"kernel {manifest.kernel_release}"]
    lines += [f"{name} {size / 1e6:.1f} MB" for name, size in sorted(manifest.sizes.items())]
    lines += [f"{item.name} {item.version} ({item.licence})" for item in manifest.packages]
    return "\n".join(lines)


def template_make() -> None:
    """Start an appliance once, which makes the template if it is missing."""
    with Handle(settings()) as handle:
        listen(handle, verbose=False)
        handle.launch()


def template_discard() -> None:
    """Discard all templates."""
    for folder in templates_folder().glob("[0-9a-f]*"):
        discard(Template(folder))


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"cutaway: {text}", file=sys.stderr)
