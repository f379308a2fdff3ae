"""What calls about btrfs return; fields are named as libguestfs names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BtrfsSubvolume:
    """A subvolume: its number, that of the subvolume it lies in, its path from the top of the file system."""

    btrfssubvolume_id: int
    btrfssubvolume_top_level_id: int
    btrfssubvolume_path: bytes


@dataclass(frozen=True, slots=True)
class BtrfsQgroup:
    """A quota group, such as "0/257", and the bytes that it refers to, and those that nobody else does."""

    btrfsqgroup_id: str
    btrfsqgroup_rfer: int
    btrfsqgroup_excl: int


@dataclass(frozen=True, slots=True)
class BtrfsBalance:
    """How far a balance is, in chunks; what is left in percent. The status is "none", "running" or "paused"."""

    btrfsbalance_status: str
    btrfsbalance_total: int = 0
    btrfsbalance_balanced: int = 0
    btrfsbalance_considered: int = 0
    btrfsbalance_left: int = 0


@dataclass(frozen=True, slots=True)
class BtrfsScrub:
    """What a scrub has read so far, and what was wrong."""

    btrfsscrub_data_extents_scrubbed: int
    btrfsscrub_tree_extents_scrubbed: int
    btrfsscrub_data_bytes_scrubbed: int
    btrfsscrub_tree_bytes_scrubbed: int
    btrfsscrub_read_errors: int
    btrfsscrub_csum_errors: int
    btrfsscrub_verify_errors: int
    btrfsscrub_no_csum: int
    btrfsscrub_csum_discards: int
    btrfsscrub_super_errors: int
    btrfsscrub_malloc_errors: int
    btrfsscrub_uncorrectable_errors: int
    btrfsscrub_unverified_errors: int
    btrfsscrub_corrected_errors: int
    btrfsscrub_last_physical: int
