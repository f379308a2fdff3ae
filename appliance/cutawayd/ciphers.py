"""Ciphers of the kernel, loaded beforehand: it runs modprobe(8) twice for each that it does not know.

cryptsetup tries all that TrueCrypt and VeraCrypt have, in thirty combinations, some of which no kernel has; under
emulation it was not the keys but those programs that took the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd.children import run
from cutawayd.drives import read_short, write_short
from cutawayd.work import Work

#: What cryptsetup's combinations are made of (lib/tcrypt/tcrypt.c), and what dm-crypt makes of them.
PARTS = (
    "xts", "lrw", "ecb", "cbc", "aes", "serpent", "twofish", "camellia", "cast5", "des3_ede", "blowfish", "crc32",
)  # fmt: skip
_LOADER = "/proc/sys/kernel/modprobe"


@contextmanager
def loaded(work: Work) -> Iterator[None]:
    """Load all there are; inside, the kernel looks for no others."""
    run(work, ["modprobe", "--all", "--quiet", "dm-crypt", "algif_skcipher", *(f"crypto-{part}" for part in PARTS)],
        accept=(0, 1))  # fmt: skip
    loader = read_short(_LOADER)
    write_short(_LOADER, b"\n")
    try:
        yield
    finally:
        write_short(_LOADER, loader)
