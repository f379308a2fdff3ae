"""The daemon's layer: our own Python code for the guest, so small that changing it rebuilds nothing else.

From the engine it takes the packages that host and guest share; the guest's `cutaway` package itself is empty,
because the host's pulls in the whole engine.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from pathlib import Path

HOME = "usr/lib/cutaway"
SHARED = ("protocol", "calls", "records", "errors.py", "file_names.py")
INIT = """\
#!/usr/bin/python3 -IS
import sys

sys.path[:0] = ["/usr/lib/cutaway", "/usr/lib/python3/dist-packages"]
sys.dont_write_bytecode = True
from cutawayd.main import main

main()
"""


def sources() -> dict[str, Path]:
    """Return the files of the layer: name below the layer's home, and where each is on the host."""
    found: dict[str, Path] = {}
    engine, daemon = _package_folder("cutaway"), _package_folder("cutawayd")
    for top in [engine / name for name in SHARED] + [daemon]:
        base = engine.parent if top != daemon else daemon.parent
        files = [top] if top.is_file() else sorted(top.rglob("*.py"))
        found |= {file.relative_to(base).as_posix(): file for file in files}
    return dict(sorted(found.items()))


def layer_hash() -> str:
    """Return the SHA-256 of the layer's sources: whether an appliance has the daemon that belongs to this engine."""
    digest = hashlib.sha256(INIT.encode())
    for name, file in sources().items():
        digest.update(f"{name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def fill(root: Path, build_hash: str) -> None:
    """Make the layer's files below a folder."""
    for name, file in sources().items():
        place = root / HOME / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    (root / HOME / "cutaway/__init__.py").write_text('"""The part of Cutaway that host and guest share."""\n')
    (root / "etc/cutaway").mkdir(parents=True)
    (root / "etc/cutaway/build-hash").write_text(build_hash)
    init = root / "init"
    init.write_text(INIT)
    init.chmod(0o755)


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(f"the package {name} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))
