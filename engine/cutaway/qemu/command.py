"""The command line of qemu: a pure function from a plan to arguments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cutaway.settings import Accelerator

CONTROL_PORT = "org.cutaway.control"
DATA_PORT = "org.cutaway.data"
#: Names of the sockets in the runtime folder, in the order in which qemu connects to them.
SOCKETS = ("monitor", "console", "control", "data")

KERNEL_COMMAND_LINE = (
    "console=hvc0 earlycon=uart8250,io,0x3f8 panic=-1 rdinit=/init nokaslr mitigations=off loglevel=7 "
    "random.trust_cpu=on tsc=reliable no_timer_check clocksource=tsc audit=0 selinux=0 cgroup_disable=memory "
    "usbcore.nousb cryptomgr.notests 8250.nr_uarts=1 edd=off printk.time=1 rcupdate.rcu_expedited=1 psi=0"
)
#: All that can be emulated but quick copying of single bytes, which here is the slow way: the guest's kernel then
#: copies eight bytes at a time, and what goes through it by read(2) comes nearly twice as fast.
EMULATED_CPU = "max,-erms,-fsrm"


@dataclass(frozen=True, slots=True)
class IdeDrive:
    """A drive on the IDE bus, which knows no hot-plug: it is on the command line, with qemu's own overlay."""

    serial: str
    path: str
    format: str
    readonly: bool


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """Everything that the command line depends on.

    Attributes:
        ram_file: File that holds the guest's memory; None: anonymous memory.
        ram_is_shared: True while a template is made; False maps the file copy-on-write.
        incoming: Whether to wait for a saved state.
        socket_folder: Folder with the sockets that qemu shall connect to, see SOCKETS.
    """

    qemu: str
    kernel: Path
    initrd: Path
    socket_folder: Path
    accelerator: Accelerator
    memory_mib: int
    vcpus: int
    ram_file: Path | None = None
    ram_is_shared: bool = False
    incoming: bool = False
    ide_drives: tuple[IdeDrive, ...] = ()


def arguments(plan: MachinePlan) -> tuple[str, ...]:
    """Return the argument vector for qemu itself."""
    return (plan.qemu, *machine(plan), *_isolation(), *_boot(plan), *_channels(plan), *_drives(plan))


def machine(plan: MachinePlan) -> tuple[str, ...]:
    """Return what makes the machine: a saved state fits only one made of exactly these."""
    size = f"{plan.memory_mib}M"
    memory = f"memory-backend-ram,id=ram,size={size}"
    if plan.ram_file is not None:
        share = "on" if plan.ram_is_shared else "off"
        memory = f"memory-backend-file,id=ram,size={size},mem-path={_escaped(plan.ram_file)},share={share}"
    # fmt: off
    return (
        "-machine", "pc,memory-backend=ram,usb=off,vmport=off,smm=off,hpet=off,graphics=off",
        "-accel", "kvm" if plan.accelerator == "kvm" else "tcg,thread=multi",
        "-cpu", "host" if plan.accelerator == "kvm" else EMULATED_CPU,
        "-smp", str(plan.vcpus),
        "-m", size,
        "-object", memory,
        "-device", "virtio-serial-pci,id=serial0,max_ports=4",
        "-device", "virtio-scsi-pci,id=scsi0",
    )
    # fmt: on


def _isolation() -> tuple[str, ...]:
    # fmt: off
    return (
        "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
        "-nodefaults",
        "-no-user-config",
        "-nic", "none",
        "-display", "none",
        "-no-reboot",
        "-name", "cutaway",
    )
    # fmt: on


def _boot(plan: MachinePlan) -> tuple[str, ...]:
    # fmt: off
    boot = (
        "-kernel", str(plan.kernel),
        "-initrd", str(plan.initrd),
        "-append", KERNEL_COMMAND_LINE,
    )
    # fmt: on
    return ("-incoming", "defer") if plan.incoming else boot


def _channels(plan: MachinePlan) -> tuple[str, ...]:
    chardevs: list[str] = []
    for name in SOCKETS:
        chardevs += ["-chardev", f"socket,id={name},path={_escaped(plan.socket_folder / name)}"]
    # fmt: off
    return (
        *chardevs,
        "-mon", "chardev=monitor,mode=control",
        "-chardev", "null,id=early",
        "-serial", "chardev:early",
        "-device", "virtconsole,bus=serial0.0,nr=0,chardev=console",
        "-device", f"virtserialport,bus=serial0.0,nr=1,chardev=control,name={CONTROL_PORT}",
        "-device", f"virtserialport,bus=serial0.0,nr=2,chardev=data,name={DATA_PORT}",
    )
    # fmt: on


def _drives(plan: MachinePlan) -> tuple[str, ...]:
    result: list[str] = []
    for position, drive in enumerate(plan.ide_drives):
        protection = "snapshot=on,file.locking=off" if drive.readonly else "snapshot=off"
        file = f"file={_escaped(drive.path)},format={drive.format},if=none,id={drive.serial}-top,{protection}"
        bus = f"ide.{position // 2},unit={position % 2}"
        device = f"ide-hd,bus={bus},drive={drive.serial}-top,id={drive.serial},serial={drive.serial}"
        result += ["-drive", file, "-device", device]
    return tuple(result)


def _escaped(path: Path | str) -> str:
    """Escape a path for one of qemu's comma-separated options."""
    return str(path).replace(",", ",,")
