"""The settings of the compatible handle: libguestfs' names, with an effect where Cutaway has one.

memsize, smp, hv, path and the backend settings force_tcg and force_kvm count at the next launch, verbose and trace at
once. The others are kept and given back, since what they set does not exist here: there is one backend,
no network, no recovery process, and everything is always written at shutdown.
"""

from __future__ import annotations

import inspect
import os
import shutil
import sys
from collections.abc import Callable
from typing import Any

from cutaway.appliance_path import default_appliance_folder
from cutaway.compat.action import action
from cutaway.settings import Settings

MEMORY_MIN = 256
SMP_MAX = 255
#: Settings that are kept and given back, with what they are at first.
FLAGS = {"autosync": 1, "direct": 0, "pgroup": 0, "recovery_proc": 1, "selinux": 0, "verbose": 0, "trace": 0}
TEXTS: dict[str, str | None] = {"append": None, "identifier": ""}
BACKENDS = ("direct", "appliance", "libvirt")
_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})


class Properties:
    """What set_* sets and get_* gets."""

    def __init__(self) -> None:
        self._flags = dict(FLAGS)
        self._texts = dict(TEXTS) | {"program": os.path.basename(sys.argv[0])}
        self._backend = "direct"
        self._backend_settings: list[str] = []
        self._settings = Settings.from_environment()
        self._folders: dict[str, str] = {}

    def _used_settings(self) -> Settings:
        """Return the engine's settings for the next launch."""
        forced = {"force_tcg": "tcg", "force_kvm": "kvm"}
        wished = next((forced[item] for item in self._backend_settings if item in forced), None)
        return self._but(accelerator=wished) if wished else self._settings

    def _but(self, **changes: Any) -> Settings:
        kept = {name: getattr(self._settings, name) for name in Settings.__slots__}
        return Settings(**(kept | changes))

    @action
    def parse_environment(self) -> None:
        """Take the settings that the variables LIBGUESTFS_… ask for."""
        self._parse(dict(os.environ))

    @action
    def parse_environment_list(self, environment: list[str]) -> None:
        """Take the settings that a list of NAME=value asks for."""
        self._parse(dict(item.split("=", 1) for item in environment if "=" in item))

    def _parse(self, variables: dict[str, str]) -> None:
        for name, flag in (("LIBGUESTFS_TRACE", "trace"), ("LIBGUESTFS_DEBUG", "verbose")):
            if name in variables:
                self._flags[flag] = int(variables[name].lower() in _TRUE)
        if memory := variables.get("LIBGUESTFS_MEMSIZE"):
            if not memory.isdecimal():
                raise RuntimeError(f"non-numeric or too small value for LIBGUESTFS_MEMSIZE: {memory}")
            self._settings = self._but(memory_mib=_checked("memsize", int(memory), MEMORY_MIN, None))
        if wrapper := variables.get("LIBGUESTFS_HV") or variables.get("LIBGUESTFS_QEMU"):
            self._settings = self._but(qemu=wrapper)
        if "LIBGUESTFS_BACKEND_SETTINGS" in variables:
            self._backend_settings = [item for item in variables["LIBGUESTFS_BACKEND_SETTINGS"].split(":") if item]

    @action
    def set_memsize(self, memsize: int) -> None:
        """Set the guest's memory in MiB."""
        self._settings = self._but(memory_mib=_checked("memsize", memsize, MEMORY_MIN, None))

    @action
    def get_memsize(self) -> int:
        """Return the guest's memory in MiB."""
        return self._settings.memory_mib

    @action
    def set_smp(self, smp: int) -> None:
        """Set the number of virtual processors."""
        self._settings = self._but(vcpus=_checked("smp", smp, 1, SMP_MAX))

    @action
    def get_smp(self) -> int:
        """Return the number of virtual processors."""
        return self._settings.vcpus

    @action
    def set_hv(self, hv: str | None) -> None:
        """Set the qemu program or a wrapper that execs it."""
        self._settings = self._but(qemu=hv)

    @action
    def get_hv(self) -> str:
        """Return the qemu program."""
        usual = "qemu-system-x86_64"
        return self._settings.qemu or shutil.which(usual) or usual

    set_qemu, get_qemu = set_hv, get_hv

    @action
    def set_path(self, searchpath: str | None) -> None:
        """Set where Cutaway's appliance is searched; appliances of libguestfs cannot be used."""
        self._settings = self._but(appliance_path=searchpath)

    @action
    def get_path(self) -> str:
        """Return where the appliance is searched."""
        return self._settings.appliance_path or str(default_appliance_folder())

    @action
    def set_backend(self, backend: str) -> None:
        """Take any backend of libguestfs; qemu is always started directly."""
        if backend.partition(":")[0] not in BACKENDS:
            raise RuntimeError(f"invalid backend: {backend}")
        self._backend = backend

    @action
    def get_backend(self) -> str:
        """Return what set_backend was given."""
        return self._backend

    @action
    def set_backend_settings(self, settings: list[str]) -> None:
        """Set the backend settings; force_tcg and force_kvm have an effect."""
        self._backend_settings = [str(item) for item in settings]

    @action
    def get_backend_settings(self) -> list[str]:
        """Return the backend settings."""
        return list(self._backend_settings)

    @action
    def get_backend_setting(self, name: str) -> str:
        """Return the value of one backend setting; "1" if it is a bare word."""
        for item in self._backend_settings:
            key, has_value, value = item.partition("=")
            if key == name:
                return value if has_value else "1"
        raise RuntimeError(f"get_backend_setting: setting not found: {name}")

    @action
    def set_backend_setting(self, name: str, val: str) -> None:
        """Set one backend setting."""
        self._clear(name)
        self._backend_settings.append(f"{name}={val}")

    @action
    def clear_backend_setting(self, name: str) -> int:
        """Remove one backend setting; return how many were removed."""
        return self._clear(name)

    def _clear(self, name: str) -> int:
        kept = [item for item in self._backend_settings if item.partition("=")[0] != name]
        removed, self._backend_settings = len(self._backend_settings) - len(kept), kept
        return removed

    @action
    def set_network(self, network: bool) -> None:
        """Refuse a network: the appliance never has one."""
        if network:
            raise NotImplementedError("the appliance has no network, by design")

    @action
    def get_network(self) -> int:
        """Return 0."""
        return 0

    @action
    def get_sockdir(self) -> str:
        """Return where sockets are."""
        return os.environ.get("XDG_RUNTIME_DIR") or "/tmp"  # noqa: S108 only told

    @action
    def get_attach_method(self) -> str:
        """Return the old name of the backend."""
        return "appliance" if self._backend == "direct" else self._backend


def _checked(name: str, value: int, least: int, most: int | None) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{name} must be int, not {type(value).__name__}")
    if value < least:
        raise RuntimeError(f"too small value for {name} (must be at least {least})")
    if most is not None and value > most:
        raise RuntimeError(f"too large value for {name} (must be at most {most})")
    return value


def _flag(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def setter(self: Properties, value: Any) -> None:
        self._flags[name] = int(bool(value))

    def getter(self: Properties) -> int:
        return self._flags[name]

    return setter, getter


def _text(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def setter(self: Properties, value: str | None) -> None:
        self._texts[name] = value

    def getter(self: Properties) -> str | None:
        return self._texts[name]

    return setter, getter


def _folder(name: str, usual: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def setter(self: Properties, value: str | None) -> None:
        if value is None:
            self._folders.pop(name, None)
        else:
            self._folders[name] = os.path.abspath(value)

    def getter(self: Properties) -> str:
        return self._folders.get(name) or os.environ.get("TMPDIR") or usual

    return setter, getter


def _add(name: str, pair: tuple[Callable[..., Any], Callable[..., Any]]) -> None:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(word, kind) for word in ("self", name.replace("_", ""))]
    vars(pair[0])["__signature__"] = inspect.Signature(parameters)
    for prefix, function, verb in (("set", pair[0], "Set"), ("get", pair[1], "Return")):
        function.__name__ = f"{prefix}_{name}"
        function.__qualname__ = f"Properties.{function.__name__}"
        function.__doc__ = f"{verb} {name}, which is kept."
        setattr(Properties, function.__name__, action(function))


for _name in FLAGS:
    _add(_name, _flag(_name))
for _name in (*TEXTS, "program"):
    _add(_name, _text(_name))
_add("tmpdir", _folder("tmpdir", "/tmp"))  # noqa: S108 libguestfs' own default
_add("cachedir", _folder("cachedir", "/var/tmp"))  # noqa: S108 libguestfs' default
