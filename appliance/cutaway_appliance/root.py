"""The root of the appliance: packages extracted into one folder, pruned, and configured for a machine without udev."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cutaway_appliance.closure import Package
from cutaway_appliance.recipe import Recipe
from cutaway_appliance.tools import run

FOLDERS = ("dev", "etc", "proc", "root", "run", "sys", "sysroot", "tmp", "var/lib", "var/tmp", "etc/lvm", "etc/cutaway")

LVM_CONF = """\
# No udev, no daemons, nothing remembered: the appliance lives for minutes.
devices {
    obtain_device_list_from_udev = 0
    external_device_info_source = "none"
    use_devicesfile = 0
    scan_lvs = 0
    md_component_detection = 1
    sysfs_scan = 1
    hints = "none"
    global_filter = [ "r|^/dev/loop|", "r|^/dev/ram|" ]
}
activation {
    udev_sync = 0
    udev_rules = 0
    verify_udev_operations = 0
    monitoring = 0
}
backup {
    backup = 0
    archive = 0
}
global {
    use_lvmpolld = 0
    use_lvmlockd = 0
    locking_type = 1
    locking_dir = "/run/lock/lvm"
    event_activation = 0
}
"""

FILES = {
    "etc/lvm/lvm.conf": LVM_CONF,
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "etc/ld.so.conf": "/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n",
}


def extract(packages: list[Package], root: Path) -> None:
    """Unpack packages over each other into a folder with a merged /usr."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for package in packages:
        _unpack(package.file, root)


def _unpack(archive: Path, root: Path) -> None:
    """Unpack one package; what it has below /bin, /lib … lands below /usr."""
    staging = root.parent / "staging"
    run(["dpkg-deb", "-x", str(archive), str(staging)])
    for name in ("bin", "sbin", "lib", "lib64"):
        if (staging / name).is_dir() and not (staging / name).is_symlink():
            _merge(staging / name, root / "usr" / name)
            shutil.rmtree(staging / name)
    _merge(staging, root)
    shutil.rmtree(staging)


def _merge(source: Path, target: Path) -> None:
    """Move everything below a folder into another one."""
    for entry in sorted(source.iterdir()):
        place = target / entry.name
        if entry.is_dir() and not entry.is_symlink():
            place.mkdir(exist_ok=True)
            _merge(entry, place)
        elif not (place.is_dir() and entry.is_symlink()):
            os.replace(entry, place)


def prune(root: Path, recipe: Recipe) -> None:
    """Remove what nobody in the appliance reads."""
    for pattern in recipe.pruned_paths:
        for path in list(root.glob(pattern)):
            if path.is_symlink() or path.is_file():
                path.unlink()
            elif path.is_dir():
                shutil.rmtree(path)


def configure(root: Path) -> None:
    """Add folders and configuration files."""
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (root / name).write_text(content)
    for link, target in {"usr/bin/python3": "python3.11", "usr/bin/sh": "busybox"}.items():
        if not (root / link).exists():
            (root / link).symlink_to(_python(root) if link.endswith("python3") else target)


def _python(root: Path) -> str:
    return max(path.name for path in (root / "usr/bin").glob("python3.*[0-9]"))


def compile_python(root: Path) -> None:
    """Compile Python's library with the appliance's own Python; the sums in the files are unchecked, no times."""
    library = next((root / "usr/lib").glob("python3.[0-9]*"))
    loader = next(path for path in (root / "usr/lib64").glob("ld-linux*"))
    paths = f"{root}/usr/lib/x86_64-linux-gnu:{root}/usr/lib"
    # fmt: off
    command = [
        str(loader), "--library-path", paths, str(root / "usr/bin" / library.name), "-I", "-S", "-B",
        "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/",
        str(library), str(root / "usr/lib/python3/dist-packages"),
    ]
    # fmt: on
    os.environ["PYTHONHOME"] = f"{root}/usr"
    try:
        run(command)
    finally:
        del os.environ["PYTHONHOME"]
