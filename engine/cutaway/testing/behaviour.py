"""How a fake appliance behaves: slow, faulty, hostile. One mutable value, which a test may change while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Behaviour:
    """The knobs of a fake appliance.

    Attributes:
        cold: True: it boots and says Hello by itself; False: it waits for Wake, as from a template.
        boot_s: How long a cold boot takes; phases come in equal steps.
        build_hash: What its Hello says; the handle expects "fake".
        protocol_version: What its Hello says; None: the right one.
        fail_launch: If not empty, starting fails with a LaunchError of this message.
        die_at_boot: The appliance starts but dies before its Hello.
        latency_s: How long every call takes at least.
        latency_of: The same for single calls by name, instead of latency_s.
        bytes_per_s: The speed of transfers; 0 is as fast as it goes.
        chunk_bytes: The size of pieces on the data channel.
        die_in: Calls during which the appliance dies: after the first page or piece, or instead of the reply.
        hang_in: Calls that never answer and do not hear cancel.
        corrupt_in: Calls that are answered with bytes that are no message.
        refuse: Calls that fail: name → (errno name, message).
        full_place: A place of the host that has no room for what the guest writes, told once.
        unreadable: Paths of files whose contents, and of folders whose names, `export_tree` cannot read.
    """

    cold: bool = False
    boot_s: float = 0.0
    build_hash: str = "fake"
    protocol_version: int | None = None
    fail_launch: str = ""
    die_at_boot: bool = False
    latency_s: float = 0.0
    latency_of: dict[str, float] = field(default_factory=dict)
    bytes_per_s: int = 0
    chunk_bytes: int = 256 * 1024
    die_in: set[str] = field(default_factory=set)
    hang_in: set[str] = field(default_factory=set)
    corrupt_in: set[str] = field(default_factory=set)
    refuse: dict[str, tuple[str, str]] = field(default_factory=dict)
    full_place: str = ""
    unreadable: set[bytes] = field(default_factory=set)
