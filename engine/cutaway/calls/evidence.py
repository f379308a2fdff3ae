"""Calls that read evidence images of EnCase (EWF, "E01"), for whoever shows the disk that one holds."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, call


class EvidenceCalls:
    """An image whose files lie one after another on a drive; at most one is open."""

    @call(number=700, cancellable=True)
    def evidence_open(self, device: Device, sizes: list[int]) -> int:
        """Open an image, and return the size of its disk in bytes.

        Only headers are read; what is damaged further on is an error where it is read.

        Args:
            device: The drive.
            sizes: The lengths of the image's files in bytes, in their order. Each begins at a sector of 512 bytes.

        Raises:
            GuestError: EINVAL, it is damaged, or the files are not in their order; ENOENT, its last files are missing.
        """

    @call(number=701)
    def evidence_read(self, count: int, offset: int) -> bytes:
        """Return up to `count` bytes (less than 4 MiB) of the disk from `offset` on; EIO where it is damaged."""
