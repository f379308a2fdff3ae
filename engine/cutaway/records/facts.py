"""Facts of single kinds of contents; fields are named as libguestfs names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IsoInfo:
    """The primary volume descriptor of an ISO 9660 disc (ECMA-119, 8.4); times in seconds since the epoch, or -1."""

    iso_system_id: str
    iso_volume_id: str
    iso_volume_space_size: int
    iso_volume_set_size: int
    iso_volume_sequence_number: int
    iso_logical_block_size: int
    iso_volume_set_id: str
    iso_publisher_id: str
    iso_data_preparer_id: str
    iso_application_id: str
    iso_copyright_file_id: str
    iso_abstract_file_id: str
    iso_bibliographic_file_id: str
    iso_volume_creation_t: int
    iso_volume_modification_t: int
    iso_volume_expiration_t: int
    iso_volume_effective_t: int


@dataclass(frozen=True, slots=True)
class ArrayMember:
    """A member of an array: its device, its place, and letters such as "F" (failed), "S" (spare)."""

    mdstat_device: str
    mdstat_index: int
    mdstat_flags: str
