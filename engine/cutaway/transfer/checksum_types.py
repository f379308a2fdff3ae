"""The checksums that host and guest both know; "crc" is not among them. md5sum(1) and its kin check lists of these."""

from __future__ import annotations

from typing import Literal, get_args

ChecksumType = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
CHECKSUMS: tuple[ChecksumType, ...] = get_args(ChecksumType)
